"""What operators are told of, and when: conditions from facts, alerts from conditions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from syndicate.model.alerts import Alert, AlertKind, Condition
from syndicate.policy.alerting import (
    SETTLE,
    PartnerFacts,
    Situation,
    Thresholds,
    Unheeded,
    after_telling,
    began_for,
    conditions,
    ended_for,
    follow,
)
from syndicate.policy.health import Health, HealthState, after_outcome, pause
from syndicate.policy.outcome import Refused
from tests.builders import NOON

MINUTE = timedelta(minutes=1)
THRESHOLDS = Thresholds()
CHAT = frozenset({"webhook"})
BOTH = frozenset({"webhook", "email"})
SICK = Condition(AlertKind.FAILING, "gazette", "gazette: answered 503", NOON)


def a_health(**values: Any) -> Health:
    return Health(since=NOON - timedelta(days=1), **values)


def found(*partners: PartnerFacts, now: datetime = NOON, **situation: Any) -> list[tuple[AlertKind, str]]:
    holding = conditions(Situation(partners=partners, **situation), THRESHOLDS, now=now)
    return [each.key for each in holding]


def a_partner(**facts: Any) -> PartnerFacts:
    values: dict[str, Any] = {"name": "gazette", "health": a_health()}
    return PartnerFacts(**values | facts)


# --- conditions ----------------------------------------------------------------------------------------------------


def test_a_partner_that_is_well_is_nothing_to_tell_of() -> None:
    assert found(a_partner(waiting=3, due_since=NOON - MINUTE)) == []


def test_a_partner_fails_when_one_delivery_was_tried_so_often() -> None:
    assert found(a_partner(tries=3)) == []
    assert found(a_partner(tries=4)) == [(AlertKind.FAILING, "gazette")]


def test_a_partner_fails_when_it_failed_for_as_long_as_the_tries_would_take() -> None:
    # While its circuit is open, tries go to one delivery after the other: none has had many.
    health = a_health(state=HealthState.PROBING, failing_since=NOON)
    assert found(a_partner(health=health, tries=1), now=NOON + MINUTE) == []
    assert found(a_partner(health=health, tries=1), now=NOON + 3 * MINUTE) == [(AlertKind.FAILING, "gazette")]


def test_a_partner_that_refuses_our_credentials_is_told_and_one_that_an_operator_paused_is_not() -> None:
    refused = a_health()
    for number in range(3):
        outcome = Refused("answered 401", unauthorised=True, certain=True)
        refused = after_outcome(refused, outcome, delivery_id=f"msg_{number}", now=NOON)
    assert found(a_partner(health=refused)) == [(AlertKind.PAUSED, "gazette")]
    assert found(a_partner(health=pause(a_health(), now=NOON, reason="legal asked"))) == []


def test_a_disabled_partner_is_told_with_whom_to_call() -> None:
    health = a_health(state=HealthState.DISABLED, reason="the partner answered that its address is gone")
    situation = Situation(partners=[a_partner(health=health, contact="desk@gazette.example", waiting=2)])
    [condition] = conditions(situation, THRESHOLDS, now=NOON)
    assert condition.kind is AlertKind.DISABLED
    assert condition.detail == (
        "gazette: the partner answered that its address is gone; 2 deliveries wait; contact desk@gazette.example"
    )


def test_a_retraction_is_told_after_five_minutes_and_not_before() -> None:
    unheeded = [Unheeded("gazette", "tag:harbour.example,2026:ferry", NOON, "+44 20 7946 0000")]
    assert found(unheeded=unheeded, now=NOON + timedelta(minutes=4, seconds=59)) == []
    [condition] = conditions(Situation(unheeded=unheeded), THRESHOLDS, now=NOON + 5 * MINUTE)
    assert condition.key == (AlertKind.UNACKNOWLEDGED, "gazette tag:harbour.example,2026:ferry")
    assert condition.detail.endswith("contact +44 20 7946 0000")


def test_what_waits_is_told_of_who_is_well_only() -> None:
    late = {"waiting": 9, "due_since": NOON - 11 * MINUTE}
    assert found(a_partner(**late)) == [(AlertKind.WAITING, "gazette")]
    assert found(a_partner(**late, health=a_health(state=HealthState.PAUSED))) == []
    assert found(a_partner(**late), halted_by="cli:ann") == [(AlertKind.HALTED, "outgoing")]
    assert found(a_partner(**late), braked="more than 1,000 changes") == [(AlertKind.BRAKED, "outgoing")]


def test_an_upstream_is_quiet_after_a_day() -> None:
    assert found(quiet=[("wire", NOON - timedelta(hours=23))]) == []
    assert found(quiet=[("wire", NOON - timedelta(hours=24))]) == [(AlertKind.QUIET, "wire")]


def test_what_was_given_up_and_who_polls_no_more_is_told() -> None:
    facts = a_partner(given_up=1, missed_at=NOON - MINUTE)
    assert found(facts) == [(AlertKind.GIVEN_UP, "gazette"), (AlertKind.SILENT, "gazette")]


def test_what_concerns_everything_is_told_first() -> None:
    unheeded = [Unheeded("gazette", "tag:a", NOON - 10 * MINUTE)]
    kinds = [kind for kind, _ in found(a_partner(tries=5), unheeded=unheeded, braked="more", halted_by="cli:ann")]
    assert kinds == [AlertKind.BRAKED, AlertKind.HALTED, AlertKind.UNACKNOWLEDGED, AlertKind.FAILING]


# --- alerts --------------------------------------------------------------------------------------------------------


class Story:
    """Channels that are told what they are owed, minute by minute."""

    def __init__(self, channels: frozenset[str] = CHAT) -> None:
        self.channels = channels
        self.known: tuple[Alert, ...] = ()
        self.now = NOON

    def minute(self, *holding: Condition, reachable: frozenset[str] = BOTH) -> list[str]:
        """Let a minute pass in which this holds; returns what was told."""
        self.now += MINUTE
        self.known = follow(self.known, holding, channels=self.channels, now=self.now)
        told = []
        for channel in sorted(self.channels & reachable):
            began, ended = began_for(channel, self.known), ended_for(channel, self.known, now=self.now)
            told += [f"{channel} +{each.subject}" for each in began] + [f"{channel} -{each.subject}" for each in ended]
            over = {each.key for each in (*began, *ended)}
            self.known = tuple(
                after_telling(each, channel, now=self.now) if each.key in over else each for each in self.known
            )
        return told


def minutes(story: Story, *holding: Condition, number: int) -> list[str]:
    return [told for _ in range(number) for told in story.minute(*holding)]


def test_a_condition_is_told_once_when_it_begins_and_once_when_it_is_over() -> None:
    story = Story()
    assert minutes(story, SICK, number=10) == ["webhook +gazette"]
    assert minutes(story, number=10) == ["webhook -gazette"]
    assert minutes(story, number=3) == []
    assert story.known == ()


def test_what_comes_and_goes_is_told_once() -> None:
    story = Story()
    flapping: Sequence[tuple[Condition, ...]] = [(SICK,), (), (SICK,), (), ()] * 10
    assert [told for holding in flapping for told in story.minute(*holding)] == ["webhook +gazette"]
    assert minutes(story, number=int(SETTLE / MINUTE) + 1) == ["webhook -gazette"]


def test_a_retraction_that_is_acknowledged_at_last_is_told_at_once() -> None:
    late = Condition(AlertKind.UNACKNOWLEDGED, "gazette tag:a", "…", NOON)
    story = Story()
    assert story.minute(late) == ["webhook +gazette tag:a"]
    assert story.minute() == ["webhook -gazette tag:a"]


def test_a_channel_that_cannot_be_reached_hears_later_and_the_other_one_once() -> None:
    story = Story(BOTH)
    assert story.minute(SICK, reachable=CHAT) == ["webhook +gazette"]
    assert story.minute(SICK, reachable=CHAT) == []
    assert story.minute(SICK) == ["email +gazette"]


def test_what_began_and_was_over_before_anybody_could_be_told_is_told_to_nobody() -> None:
    story = Story()
    assert story.minute(SICK, reachable=frozenset()) == []
    assert minutes(story, number=10) == []


def test_who_heard_that_it_is_over_hears_that_it_is_back() -> None:
    story = Story(BOTH)
    story.minute(SICK)
    for _ in range(int(SETTLE / MINUTE) + 1):
        story.minute(reachable=CHAT)
    # The mail server is back, and so is what was told to be over in the chat.
    assert story.minute(SICK) == ["webhook +gazette"]


def test_a_channel_that_is_configured_no_more_is_waited_for_no_more() -> None:
    story = Story(BOTH)
    story.minute(SICK)
    story.channels = CHAT
    assert minutes(story, number=10) == ["webhook -gazette"]
    assert story.known == ()


@pytest.mark.parametrize("after", [1, 4, 12])
def test_more_tries_take_longer(after: int) -> None:
    assert Thresholds(failing_after=after).failing_for >= Thresholds(failing_after=1).failing_for == timedelta(0)
