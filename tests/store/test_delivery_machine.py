"""No sequence of changes, outcomes, crashes and pauses leaves a partner with anything but the newest state."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections import Counter
from collections.abc import Coroutine
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from syndicate.actions.accept import Submission, accept
from syndicate.actions.adopt import adopt
from syndicate.actions.claim import LEASE, Parcel, Room, claim
from syndicate.actions.leases import hand_back, next_due, recover
from syndicate.actions.listings import list_copies, list_deliveries
from syndicate.actions.office import Office
from syndicate.actions.operate import halt, lift_halt, pause_partner, resume_partner
from syndicate.actions.read import find
from syndicate.actions.record import Attempted, record
from syndicate.actions.retract import restore, retract
from syndicate.actions.single import retry_delivery
from syndicate.clock import FixedClock
from syndicate.connectors.contract import Accepted, Outcome, Refused
from syndicate.model.article import Status
from syndicate.model.delivery import Delivery, DeliveryState, EventType, Holding
from syndicate.parse.record import read_record
from syndicate.store import leases
from syndicate.store.sqlite import SQLiteDriver
from syndicate.store.store import Store
from tests.builders import NOON
from tests.papers import configure
from tests.store.mailroom import PARTNER

T = TypeVar("T")
Pair = tuple[str, str]
PARTNERS = ("gazette", "courier")
STORIES = ("tag:harbour.example,2026:ferry", "tag:harbour.example,2026:quay")
DECLARED = PARTNER + PARTNER.replace("gazette", "courier").replace("immediately", "every 15m")
TERMINAL = set(DeliveryState) - {DeliveryState.WAITING, DeliveryState.SENDING}
# Where there is such a place: nothing here is about the disk.
MEMORY = Path("/dev/shm")
OUTCOMES: dict[str, Outcome] = {
    "taken": Accepted(),
    "refused": Refused("no connection", certain=True),
    "refused for good": Refused("bad request", permanent=True, certain=True, status=400),
    "unclear, not taken": Refused("timeout"),
    "unclear, taken": Refused("timeout"),
}


@dataclass
class SimulatedPartner:
    """Applies what reaches it, unless it is older than what it has seen of the story."""

    seqs: dict[str, int] = field(default_factory=dict)
    holds: dict[str, int] = field(default_factory=dict)

    def apply(self, delivery: Delivery) -> None:
        if delivery.seq < self.seqs.get(delivery.article_id, 0):
            return
        self.seqs[delivery.article_id] = delivery.seq
        if delivery.type is EventType.RETRACTED:
            self.holds.pop(delivery.article_id, None)
        else:
            self.holds[delivery.article_id] = delivery.revision


class DeliveryMachine(RuleBasedStateMachine):
    """Two stories, two partners, one store; `template` is a store with its declarations adopted."""

    template: Path

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="machine-", dir=MEMORY if MEMORY.is_dir() else None))
        shutil.copy(self.template, self.folder / "syndicate.db")
        self.runner = asyncio.Runner()
        self.clock = FixedClock(NOON)
        self.store = Store(SQLiteDriver(self.folder / "syndicate.db"))
        self.store.open()
        numbers = count(1)
        self.office = Office(self.store, self.clock.now, lambda prefix: f"{prefix}_{next(numbers)}")
        self.titles = count(1)
        self.partners = {name: SimulatedPartner() for name in PARTNERS}
        self.in_flight: list[Parcel] = []
        self.offered: dict[Pair, int] = {}
        self.holds_nothing: dict[Pair, bool] = {(name, story): True for name in PARTNERS for story in STORIES}

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(coroutine)

    def teardown(self) -> None:
        try:
            self.come_to_rest()
            self.everybody_holds_the_newest()
        finally:
            self.store.close()
            self.runner.close()
            shutil.rmtree(self.folder)

    def status(self, story: str) -> Status:
        return self.run(find(self.office, story)).status

    # --- the newsroom ----------------------------------------------------------------------------------------------

    @initialize()
    def publish_both(self) -> None:
        for story in STORIES:
            self.put(story, "Harbour")

    def put(self, story: str, category: str, **more: Any) -> None:
        title = f"Title {next(self.titles)}"
        parsed = read_record({"id": story, "title": title, "categories": [category]} | more)
        self.run(accept(self.office, Submission(parsed.article), actor="desk"))

    @rule(story=st.sampled_from(STORIES), category=st.sampled_from(("Harbour", "Harbour", "Sport")))
    def update(self, story: str, category: str) -> None:
        if self.status(story) is Status.PUBLISHED:
            self.put(story, category)

    @rule(story=st.sampled_from(STORIES))
    def correct(self, story: str) -> None:
        if self.status(story) is Status.PUBLISHED:
            self.put(story, "Harbour", correction=f"Note {next(self.titles)}")

    @rule(story=st.sampled_from(STORIES))
    def retract_or_restore(self, story: str) -> None:
        if self.status(story) is Status.RETRACTED:
            self.run(restore(self.office, story, actor="desk"))
        else:
            self.run(retract(self.office, story, reason="wrong", public_note=None, actor="desk"))

    # --- the operator ----------------------------------------------------------------------------------------------

    @rule(act=st.sampled_from(("pause", "resume", "resume", "halt", "go on", "go on")))
    def stop_and_go(self, act: str) -> None:
        match act:
            case "pause":
                self.run(pause_partner(self.office, "gazette", reason="x", actor="desk"))
            case "resume":
                self.run(resume_partner(self.office, "gazette", actor="desk"))
            case "halt":
                self.run(halt(self.office, actor="desk"))
            case _:
                self.run(lift_halt(self.office))

    @rule(seconds=st.sampled_from((1, 30, 900, 7_200, 90_000)))
    def let_time_pass(self, seconds: int) -> None:
        self.clock.advance(timedelta(seconds=seconds))

    # --- the dispatcher --------------------------------------------------------------------------------------------

    @rule(room=st.sampled_from((Room(3, 3, 0), Room(3, 3, 0), Room(1, 0, 0), Room(0, 2, 0))))
    def claim_some(self, room: Room) -> None:
        rooms = {name: replace(room, in_flight=self.under_way(name)) for name in PARTNERS}
        for parcel in self.run(claim(self.office, rooms)):
            self.note_claim(parcel)

    def under_way(self, partner: str) -> int:
        return sum(parcel.delivery.partner == partner for parcel in self.in_flight)

    def note_claim(self, parcel: Parcel) -> None:
        delivery = parcel.delivery
        pair = (delivery.partner, delivery.article_id)
        assert delivery.seq >= self.offered.get(pair, 0), "an older event is offered after a newer one"
        self.offered[pair] = delivery.seq
        if self.holds_nothing[pair] and delivery.type is not EventType.RETRACTED:
            assert delivery.type is EventType.PUBLISHED, "a partner that holds nothing gets a publication first"
        self.holds_nothing[pair] = False
        self.in_flight.append(parcel)

    @precondition(lambda self: self.in_flight)
    @rule(data=st.data(), what=st.sampled_from(sorted(OUTCOMES)))
    def finish_one(self, data: st.DataObject, what: str) -> None:
        parcel = self.in_flight.pop(data.draw(st.integers(0, len(self.in_flight) - 1)))
        self.finish(parcel, what)

    def finish(self, parcel: Parcel, what: str) -> None:
        delivery = parcel.delivery
        if what in ("taken", "unclear, taken"):
            self.partners[delivery.partner].apply(delivery)
        outcome = OUTCOMES[what]
        counts = self.is_leased(parcel)
        now = self.clock.now()
        self.run(record(self.office, [Attempted(parcel, outcome, now, timedelta(0), 0.5)]))
        if counts and isinstance(outcome, Accepted):
            self.holds_nothing[delivery.partner, delivery.article_id] = delivery.type is EventType.RETRACTED
        elif counts and isinstance(outcome, Refused) and outcome.certain:
            self.nothing_went_out(parcel)

    def is_leased(self, parcel: Parcel) -> bool:
        return bool(self.run(self.store.read(leases.leased, frozenset({parcel.lease}))))

    def nothing_went_out(self, parcel: Parcel) -> None:
        claimed = parcel.claimed
        held_before = claimed.holding in ("held", "possible") or claimed.unsure_revision is not None
        self.holds_nothing[claimed.delivery.partner, claimed.delivery.article_id] = not held_before

    @precondition(lambda self: self.in_flight)
    @rule()
    def give_back(self) -> None:
        """A graceful stop: what was claimed and not sent goes back, unless its lease ran out."""
        for parcel in self.in_flight:
            if self.is_leased(parcel):
                self.nothing_went_out(parcel)
        self.run(hand_back(self.office, self.in_flight))
        self.in_flight = []

    @precondition(lambda self: self.in_flight)
    @rule()
    def crash(self) -> None:
        """The process dies and starts again; what it was sending may have arrived."""
        for number, parcel in enumerate(self.in_flight):
            if number % 2:
                self.partners[parcel.delivery.partner].apply(parcel.delivery)
        self.in_flight = []
        self.run(recover(self.office, alone=True))

    @precondition(lambda self: self.in_flight)
    @rule()
    def stall(self) -> None:
        """Leases run out and another worker takes over; whoever held them may still report."""
        self.clock.advance(LEASE + timedelta(seconds=1))
        self.run(recover(self.office, alone=False))
        self.claim_some(Room(3, 3, 0))

    # --- what always holds -----------------------------------------------------------------------------------------

    def deliveries(self) -> tuple[Delivery, ...]:
        return self.run(list_deliveries(self.office, partner=None, state=None, before=None, limit=10_000))

    @invariant()
    def a_delivery_has_ended_or_is_due_or_is_leased(self) -> None:
        unsent: Counter[tuple[str, str, str]] = Counter()
        for delivery in self.deliveries():
            assert (delivery.finished_at is not None) == (delivery.state in TERMINAL)
            assert delivery.due_at is not None
            if delivery.state not in TERMINAL:
                unsent[delivery.partner, delivery.article_id, delivery.state.value] += 1
        assert max(unsent.values(), default=0) <= 1, "one unsent and one on its way at most"
        assert self.run(self.store.read(unleased)) == 0

    # --- in the end ------------------------------------------------------------------------------------------------

    def come_to_rest(self) -> None:
        """All partners are well and take everything, until nothing is owed any more."""
        self.run(lift_halt(self.office))
        self.clock.advance(timedelta(minutes=2))
        self.run(recover(self.office, alone=False))
        self.in_flight = []
        for partner in PARTNERS:
            self.run(resume_partner(self.office, partner, actor="desk"))
        self.retry_what_was_given_up()
        for _ in range(100):
            parcels = self.run(claim(self.office, {name: Room(10, 10, 0) for name in PARTNERS}))
            for parcel in parcels:
                self.note_claim(parcel)
                self.finish(parcel, "taken")
            self.in_flight = []
            due = self.run(next_due(self.office))
            if due is None:
                return
            self.clock.advance(max(due - self.clock.now(), timedelta(seconds=1)))
        raise AssertionError("something is owed for ever")

    def retry_what_was_given_up(self) -> None:
        newest: dict[Pair, Delivery] = {}
        for delivery in sorted(self.deliveries(), key=lambda each: (each.seq, each.created_at)):
            newest[delivery.partner, delivery.article_id] = delivery
        for delivery in newest.values():
            if delivery.state is DeliveryState.FAILED:
                self.run(retry_delivery(self.office, delivery.id, actor="desk"))

    def everybody_holds_the_newest(self) -> None:
        copies = self.run(list_copies(self.office, article=None, partner=None, limit=100))
        known = {(copy.partner, copy.article_id): copy for copy in copies}
        for story in STORIES:
            stored = self.run(find(self.office, story))
            wanted = stored.status is Status.PUBLISHED and "Harbour" in str(stored.article)
            for name, partner in self.partners.items():
                copy = known.get((name, story))
                assert partner.holds.get(story) == (stored.revision if wanted else None)
                if wanted:
                    assert copy is not None
                    assert (copy.holding, copy.revision) == (Holding.HELD, stored.revision)
                else:
                    assert copy is None or copy.holding in (Holding.WITHDRAWN, Holding.NONE)


def unleased(tx: Any) -> int:
    """Count deliveries that are being sent without a lease, or hold one without being sent."""
    statement = "SELECT count(*) FROM deliveries WHERE (state = 'sending') != (lease_token IS NOT NULL)"
    return int(tx.connection.exec_driver_sql(statement).scalar_one())


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a store with its declarations adopted, for every run to start from a copy."""
    folder = tmp_path_factory.mktemp("machine")
    declarations = configure(folder, DECLARED).declarations
    store = Store(SQLiteDriver(folder / "template.db"))
    store.open()
    asyncio.run(adopt(Office(store, lambda: NOON, lambda prefix: f"{prefix}_0"), declarations))
    store.close()
    return folder / "template.db"


@pytest.mark.timeout(600)  # finding the shortest failing sequence takes longer than finding one
def test_every_partner_ends_with_the_newest_state(template: Path) -> None:
    DeliveryMachine.template = template
    bounds = settings(
        max_examples=100, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck), database=None
    )
    run_state_machine_as_test(DeliveryMachine, settings=bounds)
