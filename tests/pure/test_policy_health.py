"""The health of a partner: when the circuit opens, how it closes, and what counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.model.delivery import Lane
from syndicate.policy.health import Health, HealthState, after_outcome, after_outcomes, may_send, pause, resume
from syndicate.policy.outcome import Accepted, Outcome, Refused
from tests.builders import NOON

OK = Accepted()
BROKEN = Refused("500")
DENIED = Refused("401", unauthorised=True)
UNPROCESSABLE = Refused("422", permanent=True)
SECOND = timedelta(seconds=1)


def after(*outcomes: Outcome, health: Health | None = None, now: datetime = NOON, step: timedelta = SECOND) -> Health:
    health = health or Health(since=NOON - timedelta(days=30))
    for number, outcome in enumerate(outcomes):
        health = after_outcome(health, outcome, delivery_id=f"delivery-{number}", now=now + number * step)
    return health


def a_probing_partner() -> Health:
    return after(*[BROKEN] * 5, now=NOON - 4 * SECOND)


def test_a_new_partner_is_sent_to() -> None:
    assert may_send(Health(since=NOON), Lane.NORMAL, NOON, in_flight=99)


def test_five_failures_in_a_row_open_the_circuit_for_half_a_minute() -> None:
    assert after(*[BROKEN] * 4).state is HealthState.HEALTHY
    health = a_probing_partner()
    assert health.state is HealthState.PROBING
    assert health.since == NOON
    assert health.reason == "500"
    assert not may_send(health, Lane.NORMAL, NOON + 29 * SECOND)
    assert may_send(health, Lane.NORMAL, NOON + 30 * SECOND)


def test_half_of_ten_answers_failing_within_five_minutes_opens_the_circuit() -> None:
    answers: list[Outcome] = [OK, BROKEN] * 5
    assert after(*answers[:9]).state is HealthState.HEALTHY
    assert after(*answers).state is HealthState.PROBING
    assert after(*answers, step=timedelta(minutes=1)).state is HealthState.HEALTHY


def test_a_failure_now_and_then_is_nothing() -> None:
    answers: list[Outcome] = [OK, OK, BROKEN] * 100
    assert after(*answers).state is HealthState.HEALTHY


def test_retractions_pass_a_partner_that_is_being_probed() -> None:
    assert may_send(a_probing_partner(), Lane.RETRACTION, NOON, in_flight=7)
    assert not may_send(a_probing_partner(), Lane.CORRECTION, NOON)


def test_a_probe_goes_alone_and_what_follows_in_twos_and_fours() -> None:
    at = NOON + 30 * SECOND
    health = a_probing_partner()
    for limit in (1, 2, 4):
        assert may_send(health, Lane.NORMAL, at, in_flight=limit - 1)
        assert not may_send(health, Lane.NORMAL, at, in_flight=limit)
        health = after(OK, health=health, now=at)
    assert health == Health(since=at)


def test_each_failed_probe_doubles_the_wait_up_to_a_quarter_of_an_hour() -> None:
    health, waits = a_probing_partner(), []
    for _ in range(7):
        assert health.probe_at is not None
        at = health.probe_at
        health = after(BROKEN, health=health, now=at)
        assert health.probe_at is not None
        waits.append((health.probe_at - at).total_seconds())
    assert waits == [60, 120, 240, 480, 900, 900, 900]


def test_a_send_that_was_under_way_when_the_circuit_opened_is_no_probe() -> None:
    opened = a_probing_partner()
    assert after(BROKEN, health=opened, now=NOON + SECOND).probe_at == opened.probe_at


def test_a_probe_that_fails_ends_the_ramp() -> None:
    at = NOON + 30 * SECOND
    health = after(OK, OK, BROKEN, health=a_probing_partner(), now=at)
    assert health.oks == 0
    assert not may_send(health, Lane.NORMAL, at + 2 * SECOND)


def test_an_article_refused_for_good_shows_that_the_partner_is_well() -> None:
    assert after(*[UNPROCESSABLE] * 50).state is HealthState.HEALTHY
    assert after(*[BROKEN] * 4, UNPROCESSABLE, *[BROKEN] * 4).state is HealthState.HEALTHY


@pytest.mark.parametrize("permanent", [True, False])
def test_three_refused_sign_ons_in_a_row_pause_the_partner(permanent: bool) -> None:
    denied = Refused("403", unauthorised=True, permanent=permanent)
    assert after(denied, denied, OK, denied, denied).state is HealthState.HEALTHY
    assert after(denied, denied, BROKEN, denied).state is HealthState.HEALTHY
    health = after(denied, denied, denied)
    assert health.state is HealthState.PAUSED
    assert health.reason == "the partner refuses our credentials: 403"
    assert not may_send(health, Lane.RETRACTION, NOON + timedelta(days=1))


def test_a_partner_that_says_it_is_gone_is_disabled_at_once() -> None:
    health = after(Refused("410", permanent=True, gone=True))
    assert health.state is HealthState.DISABLED
    assert not may_send(health, Lane.RETRACTION, NOON)


def test_five_days_of_nothing_but_failures_of_ten_deliveries_disable_a_partner() -> None:
    every_hour = timedelta(hours=1)
    assert after(*[BROKEN] * 120, step=every_hour).state is HealthState.PROBING
    assert after(*[BROKEN] * 121, step=every_hour).state is HealthState.DISABLED
    assert after(*[BROKEN] * 60, OK, *[BROKEN] * 100, step=every_hour).state is HealthState.PROBING


def test_one_delivery_that_fails_for_weeks_disables_nobody() -> None:
    health = Health(since=NOON)
    for hour in range(500):
        health = after_outcome(health, BROKEN, delivery_id="the one", now=NOON + timedelta(hours=hour))
    assert health.state is HealthState.PROBING


def test_a_paused_partner_stays_paused_whatever_comes_in_late() -> None:
    paused = pause(a_probing_partner(), now=NOON, reason="they asked us to")
    assert paused.reason == "they asked us to"
    assert after(OK, OK, OK, BROKEN, health=paused) == paused
    assert not may_send(paused, Lane.RETRACTION, NOON + timedelta(days=9))


def test_a_resumed_partner_starts_afresh() -> None:
    resumed = resume(after(DENIED, DENIED, DENIED), now=NOON)
    assert resumed == Health(since=NOON)
    assert may_send(resumed, Lane.NORMAL, NOON)


outcomes = st.sampled_from(
    [OK, BROKEN, DENIED, UNPROCESSABLE, Refused("410", gone=True), Refused("429", overloaded=True)]
)


@given(st.lists(st.tuples(outcomes, st.integers(0, 100_000), st.text(max_size=3)), max_size=60))
def test_health_stays_small_survives_json_and_never_locks_a_probing_partner_out(
    steps: list[tuple[Outcome, int, str]],
) -> None:
    health, now = Health(since=NOON), NOON
    for outcome, seconds, delivery_id in steps:
        now += timedelta(seconds=seconds)
        health = after_outcome(health, outcome, delivery_id=delivery_id, now=now)
        assert Health.model_validate_json(health.model_dump_json()) == health
        assert len(health.recent) <= 11
        assert len(health.failing_ids) <= 10
        if health.state is HealthState.PROBING:
            assert may_send(health, Lane.NORMAL, now + timedelta(minutes=15))


@pytest.mark.parametrize("outcome", [OK, BROKEN, DENIED], ids=["taken", "failed", "denied"])
def test_one_answer_to_many_deliveries_counts_once(outcome: Outcome) -> None:
    echoes = [replace(outcome, echo=True)] * 99
    for before in (Health(since=NOON), a_probing_partner()):
        assert after(outcome, *echoes, health=before) == after(outcome, health=before)
        answers = [(str(number), each) for number, each in enumerate([outcome, *echoes])]
        assert after_outcomes(before, answers, now=NOON) == after_outcomes(before, answers[:1], now=NOON)


@given(st.lists(st.sampled_from([OK, OK, BROKEN, DENIED, UNPROCESSABLE]), max_size=40), st.booleans())
def test_many_answers_at_once_count_as_each_by_itself(outcomes: list[Outcome], probing: bool) -> None:
    before = a_probing_partner() if probing else Health(since=NOON)
    one_by_one = before
    for number, outcome in enumerate(outcomes):
        one_by_one = after_outcome(one_by_one, outcome, delivery_id=str(number), now=NOON)
    answers = [(str(number), outcome) for number, outcome in enumerate(outcomes)]
    assert after_outcomes(before, answers, now=NOON) == one_by_one


def test_what_fails_on_our_side_says_nothing_of_the_partner() -> None:
    before = Health(since=NOON)
    ours = [Refused("a picture's server is down", ours=True)] * 99
    assert after(*ours, health=before) == before
    assert after_outcomes(before, [(str(n), each) for n, each in enumerate(ours)], now=NOON) == before
