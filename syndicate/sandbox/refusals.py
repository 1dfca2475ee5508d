"""A worker's refusals as the errors they were."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from syndicate.errors import InvalidError, SyndicateError, Violation


class JobBugError(RuntimeError):
    """A job raised what it should not: a bug of ours, with the worker's traceback as message."""


def _simple_errors(kind: type[SyndicateError]) -> Iterator[type[SyndicateError]]:
    """Yield the errors that are made from a message alone."""
    if kind.__init__ in (SyndicateError.__init__, InvalidError.__init__):
        yield kind
    for each in kind.__subclasses__():
        yield from _simple_errors(each)


def refused(header: Mapping[str, Any], default: type[SyndicateError]) -> SyndicateError:
    """Return the error a worker reported by its code; `default` where we know no such code."""
    by_code = {kind.code: kind for kind in _simple_errors(SyndicateError)}
    kind = by_code.get(str(header.get("code")), default)
    message = str(header.get("message", ""))
    if issubclass(kind, InvalidError):
        return kind(message, [Violation(str(path), str(reason)) for path, reason in header.get("violations", [])])
    return kind(message)
