"""Followers: what is kept in step with the store outside it, from each commit on, and tried again while it fails."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

from syndicate.actions.office import Office
from syndicate.errors import SyndicateError
from syndicate.policy.purging import pause_after

logger = logging.getLogger(__name__)

# Other processes commit, too.
LOOK_SECONDS = 2.0
# Commits that come together are followed together.
GATHER_SECONDS = 0.1


class Follower:
    """Calls `step` after commits, until it says that it is in step."""

    def __init__(self, name: str, office: Office, step: Callable[[], Awaitable[bool]]) -> None:
        self.name = name
        self._step = step
        self._wake = asyncio.Event()
        office.store.listen(lambda effects: self._wake.set() if effects.seq else None)

    async def run(self) -> None:
        failures = 0
        while True:
            self._wake.clear()
            failures = 0 if await self._in_step() else failures + 1
            if failures:
                await asyncio.sleep(pause_after(failures).total_seconds())
                continue
            try:
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._wake.wait()
            except TimeoutError:
                continue
            await asyncio.sleep(GATHER_SECONDS)

    async def _in_step(self) -> bool:
        try:
            while await self._step():
                pass
        except SyndicateError as error:
            logger.warning("follower.failed", extra={"follower": self.name, "error": error.message})
            return False
        except Exception:  # a bug in one follower must end neither it nor the service
            logger.exception("follower.crashed", extra={"follower": self.name})
            return False
        return True


@asynccontextmanager
async def following(followers: Sequence[Follower]) -> AsyncIterator[None]:
    """Run followers until the block ends; what they had not done yet is done after the next start."""
    tasks = [asyncio.create_task(follower.run(), name=follower.name) for follower in followers]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
