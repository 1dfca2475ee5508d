"""The dispatcher: claims what is due, hands it over side by side, records what came of it."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable

from syndicate.actions.claim import LEASE, Parcel, claim
from syndicate.actions.leases import hand_back, recover, renew
from syndicate.actions.office import Office
from syndicate.actions.record import Attempted, record
from syndicate.actions.send import Connections, send
from syndicate.errors import StoreError
from syndicate.policy.outcome import Accepted
from syndicate.worker.line import Line

logger = logging.getLogger(__name__)

POLL_SECONDS = 1.0
DRAIN_SECONDS = 20.0
MAX_BATCH = 256
# A send is bounded to 20 s; begun later than this it could outlive its lease (reliability CL-4).
LATEST_START_SECONDS = LEASE.total_seconds() - 25


class Dispatcher:
    """Send deliveries as long as it runs; one per process."""

    def __init__(self, office: Office, connections: Connections, *, jitter: Callable[[], float]) -> None:
        self._office = office
        self._connections = connections
        self._jitter = jitter
        self._lines: dict[str, Line] = {}
        self._wake = asyncio.Event()
        self._outcomes: asyncio.Queue[Attempted] = asyncio.Queue(maxsize=4 * MAX_BATCH)
        self._outstanding: Counter[str] = Counter()
        self._leased_at: dict[str, float] = {}
        self._sends: set[asyncio.Task[None]] = set()
        self._stopping = False
        self.attempts: Counter[tuple[str, str]] = Counter()
        """How often each partner was handed something, by outcome, since the process began."""
        office.store.listen(lambda effects: self.wake() if effects.deliveries else None)

    def wake(self) -> None:
        """Look for due deliveries now."""
        self._wake.set()

    def stop(self) -> None:
        """Claim nothing more; `run` returns when what is being sent has ended."""
        self._stopping = True
        self._wake.set()

    async def run(self, *, alone: bool) -> None:
        """Dispatch until `stop`; `alone` means that no other process can hold a lease."""
        await recover(self._office, alone=alone)
        recording = asyncio.create_task(self._record_outcomes(), name="record outcomes")
        try:
            async with asyncio.TaskGroup() as sends:
                await self._dispatch(sends)
                await self._hand_back_unstarted()
                await self._drain()
        finally:
            await self._outcomes.join()
            recording.cancel()

    async def _dispatch(self, sends: asyncio.TaskGroup) -> None:
        while not self._stopping:
            self._wake.clear()
            try:
                await self._claim()
            except StoreError as error:
                logger.warning("dispatch.claim_failed", extra={"error": error.message})
            pause = self._start_all(sends)
            try:
                async with asyncio.timeout(pause):
                    await self._wake.wait()
            except TimeoutError:
                pass

    async def _claim(self) -> None:
        self._follow_declarations()
        rooms = {name: room for name, line in self._lines.items() if (room := line.room()).normal or room.retractions}
        parcels = await claim(self._office, rooms) if rooms else ()
        for parcel in parcels:
            self._lines[parcel.delivery.partner].add(parcel)
            self._outstanding[parcel.token] += 1
            self._leased_at.setdefault(parcel.token, time.monotonic())

    def _follow_declarations(self) -> None:
        """Keep one line for each partner, with its present limits."""
        declared = self._connections.partners()
        for name, partner in declared.items():
            self._lines.setdefault(name, Line()).limit(partner.concurrency, partner.rate)
        for name in [name for name, line in self._lines.items() if name not in declared and line.idle]:
            del self._lines[name]

    def _start_all(self, sends: asyncio.TaskGroup) -> float:
        """Start what may go; returns how long to wait before looking again."""
        now = time.monotonic()
        pause = POLL_SECONDS
        for line in self._lines.values():
            while (parcel := line.next(now)) is not None:
                line.running += 1
                task = sends.create_task(self._send(line, parcel), name=f"send {parcel.delivery.id}")
                self._sends.add(task)
                task.add_done_callback(self._sends.discard)
            if (wait := line.wait(now)) is not None:
                pause = min(pause, wait)
        return pause

    async def _send(self, line: Line, parcel: Parcel | None) -> None:
        """Send one parcel, and then whatever the line lets go next."""
        try:
            while parcel is not None:
                await self._attempt(parcel)
                parcel = None if self._stopping else line.next(time.monotonic())
        finally:
            line.running -= 1
            if line.wants_more:
                self._wake.set()

    async def _attempt(self, parcel: Parcel) -> None:
        if time.monotonic() - self._leased_at[parcel.token] > LATEST_START_SECONDS:
            logger.warning("delivery.lease_too_old", extra={"delivery": parcel.delivery.id})
            self._settle(parcel)
            return
        attempted = await send(self._office, self._connections, parcel, jitter=self._jitter())
        if attempted is None:
            self._settle(parcel)
        else:
            outcome = "accepted" if isinstance(attempted.outcome, Accepted) else "refused"
            self.attempts[parcel.delivery.partner, outcome] += 1
            await self._outcomes.put(attempted)

    async def _record_outcomes(self) -> None:
        while True:
            batch = [await self._outcomes.get()]
            while len(batch) < MAX_BATCH and not self._outcomes.empty():
                batch.append(self._outcomes.get_nowait())
            await self._record(batch)
            for attempted in batch:
                self._settle(attempted.parcel)
                self._outcomes.task_done()

    async def _record(self, batch: list[Attempted]) -> None:
        """Write outcomes; what cannot be written while the leases last is sent again after them."""
        deadline = time.monotonic() + LATEST_START_SECONDS
        while True:
            try:
                await record(self._office, batch)
            except StoreError as error:
                logger.warning("dispatch.record_failed", extra={"error": error.message, "outcomes": len(batch)})
                if time.monotonic() > deadline:
                    return
                await asyncio.sleep(POLL_SECONDS)
            else:
                return

    def _settle(self, parcel: Parcel) -> None:
        self._outstanding[parcel.token] -= 1
        if self._outstanding[parcel.token] <= 0:
            del self._outstanding[parcel.token]
            del self._leased_at[parcel.token]

    async def renew_leases(self) -> None:
        """Keep the leases of what is still being sent or waits in a line."""
        tokens = list(self._leased_at)
        if not tokens:
            return
        renewed_at = time.monotonic()
        try:
            await renew(self._office, tokens)
        except StoreError as error:
            logger.warning("dispatch.renew_failed", extra={"error": error.message})
            return
        for token in self._leased_at.keys() & set(tokens):
            self._leased_at[token] = renewed_at

    async def reclaim_expired(self) -> None:
        """Put back what a process that is gone had claimed."""
        if await recover(self._office, alone=False):
            self.wake()

    async def _hand_back_unstarted(self) -> None:
        unstarted = [parcel for line in self._lines.values() for parcel in line.drain()]
        await hand_back(self._office, unstarted)
        for parcel in unstarted:
            self._settle(parcel)

    async def _drain(self) -> None:
        """Let sends end; those that outlast a graceful stop are cut, and go again when their leases run out."""
        if self._sends:
            _done, pending = await asyncio.wait(self._sends, timeout=DRAIN_SECONDS)
            for task in pending:
                task.cancel()
