"""What came of sends, on its way to the store: in batches, patiently, and never under a lease that was lost."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

from syndicate.actions.office import Office
from syndicate.actions.record import Attempted, record
from syndicate.errors import StoreError
from syndicate.policy.outcome import Accepted, Refused
from syndicate.worker.leases import Leases

logger = logging.getLogger(__name__)

MAX_BATCH = 256
# A commit takes about as long; those that end meanwhile share the next.
GATHER_SECONDS = 0.003
RETRY_SECONDS = 1.0


class Outcomes:
    """A queue that bounds how many outcomes wait for a store that does not write; senders wait with them.

    `last_write` is how long a graceful stop waits for such a store; `written` is called after each commit.
    """

    def __init__(self, office: Office, leases: Leases, *, last_write: timedelta, written: Callable[[], None]) -> None:
        self._office = office
        self._leases = leases
        self._last_write = last_write
        self._written = written
        self._queue: asyncio.Queue[Attempted] = asyncio.Queue(maxsize=4 * MAX_BATCH)
        self.counts: Counter[tuple[str, str]] = Counter()

    async def put(self, attempted: Attempted) -> None:
        """Hand over an outcome; its parcel is settled when it is written, or its lease was lost."""
        outcome = "accepted" if isinstance(attempted.outcome, Accepted) else "refused"
        self.counts[attempted.parcel.delivery.partner, outcome] += 1
        await self._queue.put(attempted)

    @asynccontextmanager
    async def recording(self) -> AsyncIterator[None]:
        """Write outcomes for the length of the block, and those that are left at its end."""
        task = asyncio.create_task(self._record_all(), name="record outcomes")
        try:
            yield
        finally:
            try:
                async with asyncio.timeout(self._last_write.total_seconds()):
                    await self._queue.join()
            except TimeoutError:
                logger.warning("outcomes.dropped_at_stop", extra={"outcomes": self._queue.qsize()})
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _record_all(self) -> None:
        while True:
            batch = [await self._queue.get()]
            await asyncio.sleep(GATHER_SECONDS)
            while len(batch) < MAX_BATCH and not self._queue.empty():
                batch.append(self._queue.get_nowait())
            try:
                await self._record(batch)
            finally:
                for attempted in batch:
                    self._leases.settle(attempted.parcel.token)
                    self._queue.task_done()
                self._written()

    async def _record(self, batch: Sequence[Attempted]) -> None:
        """Write outcomes; what cannot be written while its lease is held is sent again after that."""
        while batch := self._under_lease(batch):
            try:
                await record(self._office, batch)
            except StoreError as error:
                logger.warning("outcomes.record_failed", extra={"error": error.message, "outcomes": len(batch)})
                await asyncio.sleep(RETRY_SECONDS)
            except Exception:  # one outcome that cannot be written must not keep the others from it
                logger.exception("outcomes.record_crashed", extra={"outcomes": len(batch)})
                await self._record_each(batch)
                return
            else:
                return

    async def _record_each(self, batch: Sequence[Attempted]) -> None:
        for attempted in batch:
            try:
                await record(self._office, [attempted])
            except Exception:  # written without what the connector said, so that its table of tries ends some time
                logger.exception("outcomes.unwritable", extra={"delivery": attempted.parcel.delivery.id})
                await self._record_plainly(attempted)

    async def _record_plainly(self, attempted: Attempted) -> None:
        try:
            await record(self._office, [replace(attempted, outcome=Refused("internal error; see the service's log"))])
        except Exception:  # then its lease runs out, and it is sent again
            logger.exception("outcomes.lost", extra={"delivery": attempted.parcel.delivery.id})

    def _under_lease(self, batch: Sequence[Attempted]) -> list[Attempted]:
        now = time.monotonic()
        held = [each for each in batch if self._leases.is_held(each.parcel.token, now)]
        if len(held) < len(batch):
            logger.warning("outcomes.lease_lost", extra={"outcomes": len(batch) - len(held)})
        return held
