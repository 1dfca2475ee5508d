"""Retries: the tables, Retry-After, and when enough is enough."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.model.delivery import Lane
from syndicate.policy.outcome import Refused
from syndicate.policy.retry import PUSH_DELAYS, Decision, GiveUp, RetryAt, after_refusal, pause_in_step
from tests.builders import NOON

BUSY = Refused("503", overloaded=True)
BROKEN = Refused("500")
UNPROCESSABLE = Refused("422", permanent=True, certain=True)


def decide(
    refused: Refused,
    *,
    attempts: int = 1,
    lane: Lane = Lane.NORMAL,
    jitter: float = 0.5,
    age: timedelta = timedelta(0),
) -> Decision:
    return after_refusal(refused, lane=lane, attempts=attempts, owed_at=NOON - age, now=NOON, jitter=jitter)


def wait(decision: Decision) -> timedelta:
    assert isinstance(decision, RetryAt)
    return decision.at - NOON


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


@pytest.mark.parametrize("lane", [Lane.NORMAL, Lane.CORRECTION])
def test_a_push_is_tried_twelve_times_over_seventy_hours(lane: Lane) -> None:
    waits = [wait(decide(BROKEN, attempts=attempts, lane=lane)) for attempts in range(1, 12)]
    assert waits == sorted(waits)
    assert sum(waits, timedelta(0)) == timedelta(hours=70, minutes=42, seconds=35)
    assert decide(BROKEN, attempts=12, lane=lane) == GiveUp("500")


def test_chance_stretches_the_wait_by_a_fifth_either_way() -> None:
    assert wait(decide(BROKEN, attempts=4, jitter=0)) == timedelta(minutes=8)
    assert wait(decide(BROKEN, attempts=4, jitter=0.999_999)) > timedelta(minutes=11, seconds=59)


def test_a_partner_that_is_overloaded_is_left_alone_for_a_minute() -> None:
    assert wait(decide(BUSY)) == seconds(60)
    assert wait(decide(BUSY, lane=Lane.RETRACTION)) == seconds(60)
    assert wait(decide(BUSY, attempts=5)) == timedelta(minutes=30)


def test_a_partner_that_asks_for_a_pause_gets_it() -> None:
    assert wait(decide(Refused("429", overloaded=True, retry_after=timedelta(hours=2)))) == timedelta(hours=2)


@pytest.mark.parametrize("asked", [timedelta(days=-5), timedelta(0), seconds(1)])
def test_a_pause_shorter_than_the_table_changes_nothing(asked: timedelta) -> None:
    assert wait(decide(Refused("429", retry_after=asked), attempts=3)) == timedelta(minutes=2)


def test_nobody_can_ask_for_more_than_a_day() -> None:
    assert wait(decide(Refused("429", retry_after=timedelta(days=9_000)))) == timedelta(days=1)


def test_what_is_refused_for_good_is_tried_once_more() -> None:
    assert wait(decide(UNPROCESSABLE)) == seconds(5)
    assert decide(UNPROCESSABLE, attempts=2) == GiveUp("422")


def test_progress_starts_the_table_again() -> None:
    again = decide(Refused("timeout", progressed=True), attempts=12)
    assert again == RetryAt(at=NOON + seconds(5), attempts=1)


def test_progress_does_not_save_what_is_refused_for_good() -> None:
    assert decide(Refused("422", permanent=True, progressed=True), attempts=2) == GiveUp("422")


def test_a_retraction_is_tried_within_a_second_and_then_ever_more_slowly() -> None:
    waits = [wait(decide(BROKEN, lane=Lane.RETRACTION, attempts=attempts)) for attempts in range(1, 10)]
    assert waits == [seconds(number) for number in (1, 5, 15, 30, 60, 120, 300, 900, 900)]


def test_a_retraction_is_tried_for_a_week_by_its_age() -> None:
    def at_age(**age: float) -> Decision:
        return decide(BROKEN, lane=Lane.RETRACTION, attempts=200, age=timedelta(**age))

    assert wait(at_age(hours=23)) == timedelta(minutes=15)
    assert wait(at_age(hours=24)) == timedelta(hours=1)
    assert wait(at_age(days=6, hours=23)) == timedelta(hours=1)
    assert at_age(days=7) == GiveUp("500")


def test_a_retraction_is_tried_again_even_where_the_answer_sounds_final() -> None:
    assert wait(decide(UNPROCESSABLE, lane=Lane.RETRACTION, attempts=9)) == timedelta(minutes=15)


refusals = st.builds(
    Refused,
    st.just("no"),
    permanent=st.booleans(),
    retry_after=st.none() | st.timedeltas(),
    overloaded=st.booleans(),
    progressed=st.booleans(),
    gone=st.booleans(),
)


@given(refusals, st.sampled_from(Lane), st.integers(1, 500), st.timedeltas(timedelta(0)), st.floats(0, 0.999))
def test_every_refusal_is_given_up_or_due_later_and_within_two_days(
    refused: Refused, lane: Lane, attempts: int, age: timedelta, jitter: float
) -> None:
    age = min(age, timedelta(days=400))
    decision = decide(refused, lane=lane, attempts=attempts, age=age, jitter=jitter)
    if isinstance(decision, GiveUp):
        return
    waited = wait(decision)
    assert timedelta(0) < waited <= timedelta(hours=29)
    if refused.retry_after is not None:
        assert waited >= min(refused.retry_after, timedelta(days=1))


@given(st.sampled_from(Lane), st.floats(0, 0.999), st.booleans())
def test_without_progress_every_delivery_comes_to_an_end(lane: Lane, jitter: float, permanent: bool) -> None:
    now, attempts, kept = NOON, 0, 0
    while attempts < 1_000:
        attempts, kept = attempts + 1, kept + 1
        refused = Refused("no", permanent=permanent)
        decision = after_refusal(refused, lane=lane, attempts=kept, owed_at=NOON, now=now, jitter=jitter)
        if isinstance(decision, GiveUp):
            return
        assert isinstance(decision, RetryAt)
        now, kept = decision.at, decision.attempts
    pytest.fail("still trying after a thousand tries")


@pytest.mark.parametrize("attempts", range(1, len(PUSH_DELAYS) - 1))
@pytest.mark.parametrize("refused", [BUSY, BROKEN])
def test_deliveries_refused_together_can_be_made_to_come_back_together(refused: Refused, attempts: int) -> None:
    asked = replace(refused, retry_after=pause_in_step(attempts))
    assert len({decide(asked, attempts=attempts, jitter=jitter) for jitter in (0.0, 0.5, 0.999)}) == 1
