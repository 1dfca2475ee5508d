"""The dispatcher: claims what is due, hands it over side by side, and gives back what must not go any more."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import timedelta
from functools import partial

from syndicate.actions.claim import Parcel, Room, claim, lanes_open
from syndicate.actions.leases import hand_back, recover, renew
from syndicate.actions.office import Office
from syndicate.actions.record import Attempted
from syndicate.actions.send import Connections, send
from syndicate.errors import StoreError
from syndicate.model.declarations import Rate
from syndicate.model.views import polls
from syndicate.worker.leases import Leases
from syndicate.worker.line import Line
from syndicate.worker.outcomes import Outcomes

logger = logging.getLogger(__name__)

POLL_SECONDS = 1.0
# The limits of who makes one sending of many: what is due is handed to it side by side.
GATHERED = (200, Rate(count=1_000, per=timedelta(seconds=1)))
DRAIN = timedelta(seconds=15)
# Of the time of a stop, what is kept for writing what came of the last sends.
LAST_WRITES = 1 / 6


class Dispatcher:
    """Send deliveries as long as it runs; one per process. `drain` is how long a stop may take."""

    def __init__(
        self, office: Office, connections: Connections, *, jitter: Callable[[], float], drain: timedelta = DRAIN
    ) -> None:
        self._office = office
        self._connections = connections
        self._jitter = jitter
        self._lines: dict[str, Line] = {}
        self._wake = asyncio.Event()
        self._leases = Leases()
        self._drain_seconds = drain.total_seconds() * (1 - LAST_WRITES)
        # What an outcome frees is for lines with room; what is owed anew may have to go past full ones.
        self._outcomes = Outcomes(office, self._leases, last_write=drain * LAST_WRITES, written=self._wake.set)
        self._owed = True
        self._given_up: list[Parcel] = []
        self._sends: set[asyncio.Task[None]] = set()
        self._stopping = False
        self._changed_meanwhile: dict[str, int] = {}
        office.store.listen(lambda effects: self._heed(effects.articles, seq=effects.seq, owed=effects.deliveries))

    @property
    def attempts(self) -> Counter[tuple[str, str]]:
        """How often each partner was handed something, by outcome, since the process began."""
        return self._outcomes.counts

    def wake(self) -> None:
        """Look for due deliveries now, for full lines too."""
        self._owed = True
        self._wake.set()

    def stop(self) -> None:
        """Claim nothing more; `run` returns when what is being sent has ended."""
        self._stopping = True
        self._wake.set()

    def _heed(self, articles: Collection[str], *, seq: int, owed: bool) -> None:
        """Give up what was claimed and not started of articles that changed: the newest goes, or nothing."""
        if articles:
            self._changed_meanwhile.update(dict.fromkeys(articles, seq))
            self._given_up += [each for line in self._lines.values() for each in line.give_up(articles)]
        if owed or self._given_up:
            self.wake()

    async def run(self, *, alone: bool) -> None:
        """Dispatch until `stop`; `alone` means that no other process can hold a lease."""
        await self._recover(alone=alone)
        async with self._outcomes.recording(), asyncio.TaskGroup() as sends:
            while not self._stopping:
                self._wake.clear()
                await self._turn()
                await self._start_until_woken(sends)
            await self._hand_back_unstarted()
            await self._drain()

    async def _recover(self, *, alone: bool) -> None:
        while not self._stopping:
            try:
                await recover(self._office, alone=alone)
            except StoreError as error:
                logger.warning("dispatch.recover_failed", extra={"error": error.message})
                await asyncio.sleep(POLL_SECONDS)
            else:
                return

    async def _turn(self) -> None:
        """Give back what must not go, and claim what may; what the store does not allow now is tried at the next."""
        owed, self._owed = self._owed, False
        steps: tuple[Callable[[], Awaitable[None]], ...] = (self._hand_back, partial(self._claim, owed=owed))
        for step in (self._give_up_stopped, *steps) if owed else steps:
            try:
                await step()
            except StoreError as error:
                logger.warning("dispatch.failed", extra={"error": error.message})
            except Exception:  # a bug must cost this step of this turn, not every delivery from here on
                logger.exception("dispatch.crashed")

    # --- claiming ----------------------------------------------------------------------------------------------

    async def _claim(self, *, owed: bool) -> None:
        """Claim for lines that have room, and where something may be `owed` anew, retractions for full ones."""
        self._follow_declarations()
        rooms = {name: line.room() for name, line in self._lines.items()}
        rooms = {name: room for name, room in rooms.items() if room.normal or (owed and room.retractions)}
        if not rooms:
            return
        try:
            await self._take(rooms)
        except StoreError:
            raise
        except Exception:  # what one partner's rows bring about must not starve the others
            logger.exception("dispatch.claim_crashed")
            await self._take_each(rooms)

    async def _take_each(self, rooms: Mapping[str, Room]) -> None:
        for name, room in rooms.items():
            try:
                await self._take({name: room})
            except StoreError:
                raise
            except Exception:  # as above: the others go on
                logger.exception("dispatch.claim_crashed", extra={"partner": name})

    async def _take(self, rooms: Mapping[str, Room]) -> None:
        asked_at = time.monotonic()
        self._changed_meanwhile.clear()
        for parcel in await claim(self._office, rooms):
            self._leases.take(parcel.token, since=asked_at)
            # A change may be committed, and told, between the claim and this moment.
            if self._changed_meanwhile.get(parcel.claimed.slug, 0) > parcel.delivery.seq:
                self._given_up.append(parcel)
                self.wake()
            else:
                self._lines[parcel.delivery.partner].add(parcel)

    def _follow_declarations(self) -> None:
        """Keep one line for each partner, with its present limits."""
        # Who polls is not sent anything: what is due to it is offered (worker.offering).
        declared = {name: each for name, each in self._connections.partners().items() if not polls(each)}
        for name, partner in declared.items():
            connector = self._connections.connector(name)
            gathers = connector is not None and connector.gathers
            limits = GATHERED if gathers else (partner.concurrency, partner.rate)
            self._lines.setdefault(name, Line()).limit(*limits, probe=GATHERED[0] if gathers else 1)
        for name in [name for name, line in self._lines.items() if name not in declared]:
            self._given_up += self._lines[name].give_up_beyond(None)
            if self._lines[name].idle:
                del self._lines[name]

    # --- sending -----------------------------------------------------------------------------------------------

    async def _start_until_woken(self, sends: asyncio.TaskGroup) -> None:
        """Start what the rates let go, until there is a reason to look at the store again."""
        until = time.monotonic() + POLL_SECONDS
        while not self._stopping:
            pause = self._start_all(sends)
            left = until - time.monotonic()
            try:
                async with asyncio.timeout(min(pause, left)):
                    await self._wake.wait()
                return
            except TimeoutError:
                if left <= pause:
                    self._owed = True
                    return

    def _start_all(self, sends: asyncio.TaskGroup) -> float:
        """Start what may go; returns how many seconds the next one waits for its rate."""
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
                await self._attempt(line, parcel)
                if line.wants_more:
                    self._wake.set()
                parcel = None if self._stopping else line.next(time.monotonic())
        finally:
            line.running -= 1
            if line.wants_more:
                self._wake.set()

    async def _attempt(self, line: Line, parcel: Parcel) -> None:
        attempted: Attempted | None = None
        try:
            if self._leases.may_start(parcel.token, time.monotonic()):
                attempted = await send(self._office, self._connections, parcel, jitter=self._jitter())
            else:
                logger.warning("delivery.lease_too_old", extra={"delivery": parcel.delivery.id})
        except StoreError as error:
            logger.warning("delivery.put_off", extra={"delivery": parcel.delivery.id, "error": error.message})
        finally:
            # However it ended, the lease is not kept for a parcel that nobody has any more.
            if attempted is None:
                self._leases.settle(parcel.token)
        if attempted is not None:
            line.took(attempted.duration.total_seconds())
            await self._outcomes.put(attempted)

    # --- leases ------------------------------------------------------------------------------------------------

    async def renew_leases(self) -> None:
        """Keep the leases of what is still being sent or waits in a line."""
        asked_at = time.monotonic()
        tokens = self._leases.held(asked_at)
        if not tokens:
            return
        kept = await renew(self._office, tokens)
        self._leases.renewed(tokens, kept, since=asked_at)

    async def reclaim_expired(self) -> None:
        """Put back what a process that is gone had claimed, whatever the clocks say of our own leases."""
        if await recover(self._office, alone=False, ours=self._leases.held(time.monotonic())):
            self.wake()

    async def _give_up_stopped(self) -> None:
        """Give up what was claimed for partners that were paused since, or failed, or before everything was halted."""
        names = [name for name, line in self._lines.items() if line.has_unstarted]
        if names:
            for name, lane in (await lanes_open(self._office, names)).items():
                self._given_up += self._lines[name].give_up_beyond(lane)

    async def _hand_back(self) -> None:
        if not self._given_up:
            return
        parcels, self._given_up = self._given_up, []
        try:
            await hand_back(self._office, parcels)
        except BaseException:
            self._given_up += parcels
            raise
        for parcel in parcels:
            self._leases.settle(parcel.token)

    # --- stopping ----------------------------------------------------------------------------------------------

    async def _hand_back_unstarted(self) -> None:
        self._given_up += [parcel for line in self._lines.values() for parcel in line.give_up_beyond(None)]
        try:
            await self._hand_back()
        except StoreError as error:
            # Their leases run out by themselves; what is being sent must not be cut for that.
            logger.warning("dispatch.hand_back_failed", extra={"error": error.message})

    async def _drain(self) -> None:
        """Let sends end; those that outlast a graceful stop are cut, and go again when their leases run out."""
        if self._sends:
            _done, pending = await asyncio.wait(self._sends, timeout=self._drain_seconds)
            for task in pending:
                task.cancel()
