"""Run one command from the command line."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

from syndicate import logs
from syndicate.cli.reach import Report, reach


def run(config: Path, command: str, /, *, report: Report = lambda _: None, **args: Any) -> Any:
    """Run `command` where the store is and return its result. Raises SyndicateError."""
    quiet()
    return asyncio.run(_run(config, command, args, report))


async def _run(config: Path, command: str, args: dict[str, Any], report: Report) -> Any:
    async with reach(config) as desk:
        return await desk.do(command, args, report)


def quiet() -> None:
    """Let a command speak for itself: only what breaks is logged beside what it says."""
    logs.configure("error", sys.stderr, "text")
