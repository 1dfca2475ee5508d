"""Who calls a command."""

from __future__ import annotations

import os
import pwd


def actor() -> str:
    """Say who calls, for the journal: `cli:` and the name of the user of this machine."""
    try:
        return f"cli:{pwd.getpwuid(os.getuid()).pw_name}"
    except KeyError:
        return f"cli:{os.getuid()}"
