"""The dispatcher's books of leases and lines: pure, with the seconds as arguments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from syndicate.actions.claim import Parcel
from syndicate.model.declarations import Rate
from syndicate.model.delivery import Lane
from syndicate.worker.leases import LATEST_START_SECONDS, LEASE_SECONDS, Leases
from syndicate.worker.line import LEAST_AHEAD, MOST_AHEAD, Line

ONE_AN_HOUR = Rate(count=1, per=timedelta(hours=1))
PLENTY = Rate(count=1000, per=timedelta(seconds=1))


@dataclass(frozen=True)
class Stub:
    """As much of a parcel as a line looks at."""

    delivery: Any
    claimed: Any


def a_parcel(lane: Lane = Lane.NORMAL, slug: str = "ferry") -> Parcel:
    return cast("Parcel", Stub(SimpleNamespace(lane=lane), SimpleNamespace(slug=slug)))


def a_line(*parcels: Parcel, concurrency: int = 2, rate: Rate = PLENTY) -> Line:
    line = Line()
    line.limit(concurrency, rate)
    for parcel in parcels:
        line.add(parcel)
    return line


def test_a_send_does_not_begin_when_it_could_outlive_its_lease() -> None:
    leases = Leases()
    leases.take("a", since=0)
    assert leases.may_start("a", LATEST_START_SECONDS)
    assert not leases.may_start("a", LATEST_START_SECONDS + 1)


def test_a_lease_that_ran_out_is_not_renewed_and_not_relied_on() -> None:
    leases = Leases()
    leases.take("old", since=0)
    leases.take("new", since=50)
    assert leases.held(LEASE_SECONDS) == ("new",)
    assert not leases.is_held("old", LEASE_SECONDS)


def test_a_renewal_that_renewed_nothing_loses_the_lease() -> None:
    leases = Leases()
    leases.take("kept", since=0)
    leases.take("lost", since=0)
    leases.renewed(("kept", "lost"), {"kept"}, since=30)
    assert leases.may_start("kept", 31)
    assert not leases.may_start("lost", 31)
    assert not leases.is_held("lost", 31)


def test_a_renewal_says_nothing_of_a_lease_taken_meanwhile() -> None:
    leases = Leases()
    leases.take("a", since=0)
    asked = leases.held(1)
    leases.take("b", since=2)
    leases.renewed(asked, {"a"}, since=1)
    assert leases.is_held("b", 3)


def test_a_settled_token_leaves_nothing_behind() -> None:
    leases = Leases()
    for _ in range(2):
        leases.take("a", since=0)
    leases.settle("a")
    assert len(leases) == 1
    leases.settle("a")
    assert len(leases) == 0
    assert leases.held(0) == ()


def test_a_line_never_holds_more_than_it_may_claim_and_one_retraction() -> None:
    line = a_line(concurrency=2)
    for _ in range(100):
        room = line.room()
        for _ in range(room.retractions):
            line.add(a_parcel(Lane.RETRACTION))
    assert line.room().retractions == 0
    assert line.room().in_flight == LEAST_AHEAD * 2 + 1


def test_a_full_line_has_room_for_one_retraction() -> None:
    line = a_line(*[a_parcel() for _ in range(LEAST_AHEAD * 2)], concurrency=2)
    assert (line.room().normal, line.room().retractions) == (0, 1)


def test_a_retraction_waits_neither_for_the_rate_nor_for_slow_sends() -> None:
    line = a_line(a_parcel(), a_parcel(), concurrency=1, rate=ONE_AN_HOUR)
    assert line.next(0) is not None
    line.running = 1
    line.add(a_parcel(Lane.RETRACTION))
    taken = line.next(1)
    assert taken is not None
    assert taken.delivery.lane is Lane.RETRACTION
    assert line.next(1) is None


def test_what_retractions_took_of_the_rate_is_missing_afterwards() -> None:
    line = a_line(a_parcel(), concurrency=5, rate=ONE_AN_HOUR)
    line.add(a_parcel(Lane.RETRACTION))
    assert line.next(0) is not None
    assert line.next(0) is None
    assert line.wait(0) == pytest.approx(3600)


def test_a_partner_gets_no_more_than_its_rate() -> None:
    rate = Rate(count=10, per=timedelta(seconds=1))
    line = a_line(*[a_parcel() for _ in range(1000)], concurrency=1000, rate=rate)
    gone = 0
    for tick in range(100):
        while line.next(tick / 10) is not None:
            gone += 1
    assert gone == pytest.approx(10 * 10 + 20, abs=2)


def test_only_what_changed_is_given_up() -> None:
    line = a_line(a_parcel(slug="ferry"), a_parcel(slug="storm"))
    assert [parcel.claimed.slug for parcel in line.give_up({"ferry"})] == ["ferry"]
    assert [parcel.claimed.slug for parcel in line.give_up_beyond(None)] == ["storm"]
    assert line.idle


@pytest.mark.parametrize(("lane", "left"), [(Lane.NORMAL, 3), (Lane.CORRECTION, 2), (Lane.RETRACTION, 1), (None, 0)])
def test_what_is_less_urgent_than_what_may_go_is_given_up(lane: Lane | None, left: int) -> None:
    line = a_line(*[a_parcel(each) for each in Lane])
    assert len(line.give_up_beyond(lane)) == 3 - left


def test_the_quicker_a_partner_is_the_more_is_claimed_ahead_of_its_sends() -> None:
    quick, slow = a_line(concurrency=2), a_line(concurrency=2)
    for _ in range(100):
        quick.took(0.005)
        slow.took(5.0)
    assert slow.room().normal == LEAST_AHEAD * 2
    assert quick.room().normal == MOST_AHEAD * 2
