"""Notice a clock that is put forward or back: times that were written by it no longer mean what they meant."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

LOOK_SECONDS = 1.0
# Clocks are drawn to the right time in smaller steps than this.
TOLERANCE = timedelta(seconds=5)


async def watch_clock(now: Callable[[], datetime], jumped: Callable[[timedelta], Awaitable[None]]) -> None:
    """Run for ever; tell `jumped` by how much the clock was put forward, or back (less than nothing)."""
    before, steady = now(), time.monotonic()
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        drift = now() - before - timedelta(seconds=time.monotonic() - steady)
        before, steady = now(), time.monotonic()
        if abs(drift) > TOLERANCE:
            await jumped(drift)
