"""The dispatcher against a store that fails, connectors that break, clocks that jump and partners that hang."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Concatenate, ParamSpec, TypeVar

import pytest

from syndicate.actions.claim import LEASE, Parcel, claim
from syndicate.actions.leases import date_back, recover
from syndicate.actions.office import Office
from syndicate.actions.operate import halt, pause_partner, resume_partner
from syndicate.actions.record import Attempted, record
from syndicate.connectors.contract import Accepted, Connector, Outcome, Refused, Sending
from syndicate.errors import StoreError
from syndicate.model.declarations import PartnerDeclaration
from syndicate.model.delivery import DeliveryState, Holding
from syndicate.store import partners
from syndicate.store.store import Store
from syndicate.store.tx import Tx
from syndicate.worker.clock_watch import watch_clock
from syndicate.worker.dispatch import Dispatcher
from tests.builders import NOON
from tests.proof.receivers import Behaviour
from tests.proof.steps import PLENTY, Desk, a_desk, until

P = ParamSpec("P")
T = TypeVar("T")
STORM = "tag:harbour.example,2026:storm"
FERRY = "tag:harbour.example,2026:ferry"
SLOW_LINE = 'concurrency = 1\nrate = "1/h"'


class FailingStore(Store):
    """The same database, but transactions fail whose function is named in `failing` (or all: `*`)."""

    def __init__(self, whole: Store) -> None:
        super().__init__(whole.driver)
        self.failing: set[str] = set()
        self.failures = 0
        self.listen = whole.listen  # type: ignore[method-assign]  # its writes are told by the store it stands for

    async def write(self, function: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        if self.failing & {"*", function.__name__}:
            self.failures += 1
            raise StoreError("the disk is full")
        return await super().write(function, *args, **kwargs)


@dataclass
class Broken:
    """A connector that does what `send` does."""

    does: Callable[[], Outcome]
    sent: int = 0
    bounded: bool = False
    gathers: bool = False

    async def send(self, sending: Sending) -> Outcome:
        self.sent += 1
        return self.does()


@dataclass
class Handmade:
    """Connections of which some are replaced by connectors of our own."""

    desk: Desk
    connectors: dict[str, Any] = field(default_factory=dict)

    def connector(self, partner: str) -> Connector | None:
        return self.connectors.get(partner) or self.desk.service.connections.connector(partner)

    def partners(self) -> Mapping[str, PartnerDeclaration]:
        return self.desk.service.connections.partners()


@asynccontextmanager
async def dispatching(
    desk: Desk, *, store: Store | None = None, connections: Handmade | None = None
) -> AsyncIterator[Dispatcher]:
    office = desk.service.office
    if store is not None:
        office = Office(store, office.now, office.new_id)
    dispatcher = Dispatcher(office, connections or desk.service.connections, jitter=lambda: 0.5)
    task = asyncio.create_task(dispatcher.run(alone=True))
    try:
        yield dispatcher
    finally:
        desk.sites.released.set()
        dispatcher.stop()
        await task


async def states(desk: Desk, partner: str = "gazette") -> list[str]:
    return [delivery.state.value for delivery in await desk.deliveries(partner)]


async def until_states(desk: Desk, *wanted: str, partner: str = "gazette") -> None:
    async with asyncio.timeout(10):
        while await states(desk, partner) != list(wanted):
            await asyncio.sleep(0.02)


@pytest.fixture
async def desk(tmp_path: Any) -> AsyncIterator[Desk]:
    async with a_desk(tmp_path, {"gazette": 'rate = "100/s"'}) as opened:
        yield opened


@pytest.fixture
async def slow(tmp_path: Any) -> AsyncIterator[Desk]:
    """A desk whose only partner takes one delivery an hour: what is claimed after the first one waits in line."""
    async with a_desk(tmp_path, {"gazette": SLOW_LINE}) as opened:
        yield opened


# --- a store that fails --------------------------------------------------------------------------------------------


async def test_what_was_answered_while_the_store_fails_is_recorded_when_it_works_again(desk: Desk) -> None:
    store = FailingStore(desk.service.store)
    store.failing = {"record_in"}
    async with dispatching(desk, store=store):
        await desk.put()
        await until(lambda: store.failures > 1)
        store.failing = set()
        await until_states(desk, "delivered")
    assert len(desk.sites.arrivals) == 1


async def test_rights_that_end_while_the_store_fails_do_not_end_the_dispatcher(tmp_path: Any) -> None:
    async with a_desk(tmp_path, {"gazette": 'schedule = "every 1m"'}) as desk:
        store = FailingStore(desk.service.store)
        store.failing = {"_withhold"}
        await desk.put(rights={"expires_at": (NOON + timedelta(seconds=10)).isoformat()})
        desk.clock.advance(timedelta(minutes=2))
        async with dispatching(desk, store=store) as dispatcher:
            await until(lambda: store.failures > 0)
            await desk.put(id=STORM, title="Storm")
            desk.clock.advance(timedelta(minutes=2))
            dispatcher.wake()
            await desk.sites.until(lambda: bool(desk.sites.arrivals))
    assert [arrival.article_id for arrival in desk.sites.arrivals] == [STORM]


async def test_a_store_that_fails_at_the_start_is_waited_for(desk: Desk) -> None:
    store = FailingStore(desk.service.store)
    store.failing = {"*"}
    await desk.put()
    async with dispatching(desk, store=store):
        await until(lambda: store.failures > 0)
        store.failing = set()
        await until_states(desk, "delivered")


async def test_a_stop_is_not_held_up_by_a_store_that_fails(slow: Desk) -> None:
    store = FailingStore(slow.service.store)
    async with dispatching(slow, store=store):
        await slow.put()
        await slow.sites.until(lambda: len(slow.sites.arrivals) == 1)
        await slow.put(id=STORM, title="Storm")
        await until_states(slow, "delivered", "sending")
        store.failing = {"*"}
        began = time.monotonic()
    assert time.monotonic() - began < 5


# --- connectors that break -----------------------------------------------------------------------------------------


def _raise(error: BaseException) -> Callable[[], Outcome]:
    def fail() -> Outcome:
        raise error

    return fail


@pytest.mark.parametrize(
    ("does", "says"),
    [
        (_raise(ValueError("a bug")), "internal error; see the service's log"),
        (lambda: Accepted(remote={"unwritable": object()}), "internal error; see the service's log"),
        (lambda: Refused("no"), "no"),
    ],
)
async def test_a_connector_that_breaks_costs_its_own_attempt(
    tmp_path: Any, does: Callable[[], Outcome], says: str
) -> None:
    async with a_desk(tmp_path, {"gazette": "", "mirror": ""}) as desk:
        async with dispatching(desk, connections=Handmade(desk, {"gazette": Broken(does)})):
            await desk.put()
            await until_states(desk, "delivered", partner="mirror")
            await until_states(desk, "waiting")
        [delivery] = await desk.deliveries("gazette")
        assert (delivery.reason, delivery.attempts) == (says, 1)


async def test_a_connector_that_is_cancelled_keeps_no_lease(desk: Desk) -> None:
    broken = Broken(_raise(asyncio.CancelledError()))
    async with dispatching(desk, connections=Handmade(desk, {"gazette": broken})) as dispatcher:
        await desk.put()
        await until(lambda: broken.sent == 1)
        desk.clock.advance(LEASE + timedelta(seconds=1))
        await dispatcher.renew_leases()
        await dispatcher.reclaim_expired()
        await until(lambda: broken.sent == 2)


async def test_rows_of_one_partner_that_cannot_be_read_do_not_starve_the_others(tmp_path: Any) -> None:
    async with a_desk(tmp_path, {"gazette": "", "mirror": ""}) as desk:
        await desk.service.store.write(partners.set_health, "gazette", "no health at all", at=NOON)
        async with dispatching(desk):
            await desk.put()
            await desk.sites.until(lambda: bool(desk.sites.of("mirror")))
        assert await states(desk) == ["waiting"]


# --- clocks that jump, processes that stand still ------------------------------------------------------------------


async def test_a_clock_put_forward_ends_no_lease_of_a_send_under_way(desk: Desk) -> None:
    desk.behave.of["gazette"] = Behaviour.HANG
    connections = Handmade(desk)
    async with dispatching(desk, connections=connections) as dispatcher:
        await desk.put()
        await until(lambda: bool(desk.sites.begun))
        desk.clock.advance(timedelta(hours=1))
        await dispatcher.reclaim_expired()
        assert await states(desk) == ["sending"]


async def test_leases_of_a_process_that_is_gone_are_put_back(desk: Desk) -> None:
    async with dispatching(desk) as dispatcher:
        await asyncio.sleep(0.05)
        office = desk.service.office
        await pause_partner(office, "gazette", reason="so that the dispatcher leaves it", actor="test")
        await desk.put()
        await resume_partner(office, "gazette", actor="test")
        await until_states(desk, "delivered")
        await dispatcher.reclaim_expired()
    await desk.put(title="Changed")
    await claim(office, {"gazette": PLENTY})
    assert await states(desk) == ["delivered", "sending"]
    desk.clock.advance(LEASE + timedelta(seconds=1))
    other = Dispatcher(office, desk.service.connections, jitter=lambda: 0.5)
    await other.reclaim_expired()
    assert await states(desk) == ["delivered", "waiting"]


async def test_an_outcome_under_a_lost_lease_hides_in_no_batch(desk: Desk) -> None:
    office = desk.service.office
    await desk.put()
    [lost] = await claim(office, {"gazette": PLENTY})
    desk.clock.advance(LEASE + timedelta(seconds=1))
    await recover(office, alone=False)
    [held] = await claim(office, {"gazette": PLENTY})
    await record(office, [_attempted(lost, Accepted(), office), _attempted(held, Refused("down"), office)])
    [delivery] = await desk.deliveries("gazette")
    assert (delivery.state, delivery.attempts) == (DeliveryState.WAITING, 1)
    assert (await desk.copy("gazette")).holding is Holding.POSSIBLE


def _attempted(parcel: Parcel, outcome: Outcome, office: Office) -> Attempted:
    return Attempted(parcel, outcome, office.now(), timedelta(0), 0.5)


async def test_a_clock_put_back_keeps_no_retry_waiting_for_longer(desk: Desk) -> None:
    desk.behave.of["gazette"] = Behaviour.ERROR
    await desk.put()
    await desk.step()
    desk.behave.of["gazette"] = Behaviour.OK
    desk.clock.at -= timedelta(hours=1)
    await date_back(desk.service.office, by=timedelta(hours=1))
    desk.clock.advance(timedelta(seconds=6))
    assert len(await desk.step()) == 1


async def test_a_clock_put_back_changes_no_schedule(tmp_path: Any) -> None:
    async with a_desk(tmp_path, {"gazette": 'schedule = "30 12 * * *"'}) as desk:
        await desk.put()
        desk.clock.at -= timedelta(hours=1)
        await date_back(desk.service.office, by=timedelta(hours=1))
        [delivery] = await desk.deliveries("gazette")
        assert delivery.due_at == NOON + timedelta(minutes=30)


async def test_the_running_service_notices_a_clock_put_back(desk: Desk) -> None:
    desk.behave.of["gazette"] = Behaviour.ERROR
    async with desk.service.clockwork.running():
        await desk.put()
        await desk.sites.until(lambda: bool(desk.sites.arrivals))
        await until_states(desk, "waiting")
        desk.behave.of["gazette"] = Behaviour.OK
        before = (await desk.deliveries("gazette"))[0].due_at
        desk.clock.at -= timedelta(hours=1)
        async with asyncio.timeout(10):
            while (await desk.deliveries("gazette"))[0].due_at > before - timedelta(minutes=59):
                await asyncio.sleep(0.05)
        desk.clock.advance(timedelta(seconds=10))
        await until_states(desk, "delivered")


async def test_a_jump_is_told_with_its_length_and_a_drift_is_not() -> None:
    told: list[timedelta] = []
    jumps = iter([timedelta(0), timedelta(seconds=2), timedelta(hours=-1)])
    offset = timedelta(0)

    def now() -> datetime:
        return NOON + timedelta(seconds=time.monotonic()) + offset

    async def jumped(by: timedelta) -> None:
        told.append(by)

    watch = asyncio.create_task(watch_clock(now, jumped))
    try:
        for jump in jumps:
            await asyncio.sleep(1.1)
            offset += jump
        await until(lambda: bool(told))
    finally:
        watch.cancel()
    assert [round(each.total_seconds()) for each in told] == [-3600]


# --- what was claimed and not started ------------------------------------------------------------------------------


async def _one_in_line(desk: Desk) -> None:
    """Bring about that the ferry was delivered and the storm is claimed but waits for the rate."""
    await desk.put()
    await desk.sites.until(lambda: len(desk.sites.arrivals) == 1)
    await desk.put(id=STORM, title="Storm")
    await until_states(desk, "delivered", "sending")


@pytest.mark.parametrize("stop", [pause_partner, halt])
async def test_a_partner_that_is_stopped_gets_nothing_of_what_was_claimed_before(slow: Desk, stop: Any) -> None:
    async with dispatching(slow):
        await _one_in_line(slow)
        if stop is pause_partner:
            await pause_partner(slow.service.office, "gazette", reason="legal asked", actor="test")
        else:
            await halt(slow.service.office, actor="test")
        await until_states(slow, "delivered", "waiting")
    assert len(slow.sites.arrivals) == 1


async def test_a_copy_of_which_nothing_was_sent_is_no_copy(slow: Desk) -> None:
    async with dispatching(slow):
        await _one_in_line(slow)
    [_, storm] = await slow.service.store.read(_holdings)
    assert storm == ("none", None)
    assert await states(slow) == ["delivered", "waiting"]


def _holdings(tx: Tx) -> list[tuple[str, int | None]]:
    query = "SELECT holding, unsure_revision FROM copies ORDER BY article_key"
    return [tuple(row) for row in tx.connection.exec_driver_sql(query)]


async def test_what_waits_in_line_is_never_sent_after_its_retraction(slow: Desk) -> None:
    async with dispatching(slow):
        await _one_in_line(slow)
        await slow.retract(STORM)
        await slow.sites.until(lambda: len(slow.sites.arrivals) == 2)
        await until_states(slow, "delivered", "superseded", "delivered")
    assert [arrival.type for arrival in slow.sites.arrivals] == ["article.published", "article.retracted"]


async def test_what_waits_in_line_gives_way_to_a_newer_revision(slow: Desk) -> None:
    async with dispatching(slow):
        await _one_in_line(slow)
        await slow.put(id=STORM, title="Storm passes")
        await until_states(slow, "delivered", "superseded", "sending")
    assert await states(slow) == ["delivered", "superseded", "waiting"]


class LateStore(FailingStore):
    """The same database, but who claims hears of it only after `told`."""

    def __init__(self, whole: Store) -> None:
        super().__init__(whole)
        self.claimed, self.told = asyncio.Event(), asyncio.Event()

    async def write(self, function: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        result = await super().write(function, *args, **kwargs)
        if function.__name__ == "_claim" and result:
            self.claimed.set()
            await self.told.wait()
        return result


async def test_what_changes_while_it_is_being_claimed_goes_in_its_newest_revision(desk: Desk) -> None:
    store = LateStore(desk.service.store)
    await desk.put()
    async with dispatching(desk, store=store):
        await store.claimed.wait()
        await desk.put(title="Changed")
        store.told.set()
        await until_states(desk, "superseded", "delivered")
    assert [(each.type, each.title) for each in desk.sites.arrivals] == [("article.published", "Changed")]


# --- many partners -------------------------------------------------------------------------------------------------


async def test_ten_partners_that_hang_cost_the_other_forty_nothing(tmp_path: Any) -> None:
    names = [f"paper-{number}" for number in range(50)]
    async with a_desk(tmp_path, dict.fromkeys(names, "")) as desk:
        desk.behave.of |= dict.fromkeys(names[::5], Behaviour.HANG)
        well = [name for name in names if name not in desk.behave.of]
        async with dispatching(desk):
            for number in range(5):
                await desk.put(id=f"{STORM}-{number}", title=f"Storm {number}")
            await desk.sites.until(lambda: all(len(desk.sites.of(name)) == 5 for name in well), seconds=15)
            assert all(len(desk.sites.of(name)) <= 2 for name in desk.behave.of)


async def test_nothing_accepted_waits_for_the_next_poll(desk: Desk) -> None:
    async with dispatching(desk):
        await desk.put()
        await desk.sites.until(lambda: len(desk.sites.arrivals) == 1)
        began = time.monotonic()
        for number in range(10):
            await desk.put(title=f"Ferry {number}")
            await desk.sites.until(lambda wanted=number + 2: len(desk.sites.arrivals) == wanted)  # type: ignore[misc]
        assert time.monotonic() - began < 5
