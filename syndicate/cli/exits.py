"""Errors as one line and an exit status: the one place where our errors become either."""

from __future__ import annotations

from syndicate.errors import ConfigurationError, InvalidError, SyndicateError
from syndicate.logs import visible

FAILED = 1
WRONG_USAGE = 2
# More would bury the first; `syndicate check` lists all of a configuration.
MAX_SHOWN = 5


def exit_status(error: SyndicateError) -> int:
    """Return 2 for what is wrong with the configuration, else 1; by code, as it comes from a running service too."""
    return WRONG_USAGE if error.code == ConfigurationError.code else FAILED


def error_line(error: SyndicateError) -> str:
    """Say in one line what is wrong and what to change."""
    found = [str(violation) for violation in error.violations] if isinstance(error, InvalidError) else []
    # The message of a configuration names its first violation already.
    told = [each for each in found[:MAX_SHOWN] if each not in error.message]
    more = [f"and {len(found) - MAX_SHOWN} more"] if len(found) > MAX_SHOWN and told else []
    what = ": ".join(part for part in (error.message, "; ".join(told + more)) if part)
    return visible(f"syndicate: {what.rstrip('.')}. {error.remedy}".rstrip())
