"""Gathering: sendings that come side by side are delivered in one go."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta

from syndicate.connectors.contract import Outcome, Refused, Sending

# What is due at one moment is claimed within two looks at the store.
QUIET = timedelta(seconds=1)
LONGEST = timedelta(seconds=10)
Results = Mapping[str, Outcome | Exception]
# Deliver what was gathered, and say by the delivery's id what came of each; an exception goes to its own caller.
Deliver = Callable[[Sequence[Sending]], Awaitable[Results]]
# Whoever led tells what came of it.
_INTERRUPTED = Refused("what was gathered with it was interrupted", echo=True)


class Gathering:
    """Wait until none came for `quiet`, or the first has waited for `longest`; then deliver all there are."""

    def __init__(self, deliver: Deliver, *, quiet: timedelta = QUIET, longest: timedelta = LONGEST) -> None:
        self._deliver = deliver
        self._quiet_seconds = quiet.total_seconds()
        self._longest_seconds = longest.total_seconds()
        self._waiting: list[tuple[Sending, asyncio.Future[Outcome]]] = []

    async def put(self, sending: Sending) -> Outcome:
        """Return what came of this sending among the others; the first that came works for all."""
        outcome: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._waiting.append((sending, outcome))
        if len(self._waiting) == 1:
            await self._lead()
        return await outcome

    async def _lead(self) -> None:
        results: Results = {}
        taken: list[tuple[Sending, asyncio.Future[Outcome]]] = []
        try:
            await self._until_quiet()
            taken, self._waiting = self._waiting, taken
            results = await self._deliver([sending for sending, _ in taken])
        finally:
            # However it ended: nobody is left to wait for whoever led.
            if not taken:
                taken, self._waiting = self._waiting, []
            for sending, outcome in taken:
                _settle(outcome, results.get(sending.delivery_id, _INTERRUPTED))

    async def _until_quiet(self) -> None:
        loop = asyncio.get_running_loop()
        until, known = loop.time() + self._longest_seconds, 0
        while known < len(self._waiting) and loop.time() < until:
            # The first look sees the one that leads alone: it is never the last.
            known = len(self._waiting)
            await asyncio.sleep(self._quiet_seconds)


def _settle(outcome: asyncio.Future[Outcome], result: Outcome | Exception) -> None:
    if outcome.done():
        return
    if isinstance(result, Exception):
        outcome.set_exception(result)
    else:
        outcome.set_result(result)
