"""Pollers' manners: the usual interval, and when one that came regularly is missed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.model.readers import OTHERS, Polls
from syndicate.policy.admission import admit, merged
from syndicate.policy.polling import is_silent, smoothed_interval
from tests.builders import NOON

MINUTE = timedelta(minutes=1)
QUARTER = 15 * MINUTE


def a_poll(reader: str, feed: str = "world") -> Polls:
    return Polls(feed, reader, "Feedly", 5, polls=1, not_modified=1, unconditional=0)


def test_a_poller_that_comes_regularly_has_its_interval() -> None:
    assert smoothed_interval(None, elapsed=QUARTER, polls=1) == 900
    assert smoothed_interval(900, elapsed=QUARTER, polls=1) == 900


def test_polls_seen_together_count_by_the_time_they_took() -> None:
    assert smoothed_interval(None, elapsed=10 * MINUTE, polls=10) == 60


@given(st.integers(1, 86_400), st.integers(1, 86_400))
def test_a_poller_that_changes_its_mind_is_known_after_a_dozen_polls(before: int, after: int) -> None:
    interval: int | None = before
    for _ in range(12):
        interval = smoothed_interval(interval, elapsed=timedelta(seconds=after), polls=1)
    assert interval is not None
    assert abs(interval - after) <= abs(before - after) * 0.02 + 2


def test_a_clock_that_goes_back_changes_no_interval() -> None:
    assert smoothed_interval(900, elapsed=-MINUTE, polls=1) == 900


@pytest.mark.parametrize(
    ("interval", "silence", "missed"),
    [
        (QUARTER, 60 * MINUTE, False),
        (QUARTER, 61 * MINUTE, True),
        (MINUTE, 9 * MINUTE, False),
        (MINUTE, 11 * MINUTE, True),
        (None, timedelta(days=9), False),
    ],
)
def test_a_partner_is_missed_after_four_usual_intervals_and_never_within_ten_minutes(
    interval: timedelta | None, silence: timedelta, missed: bool
) -> None:
    long_ago = NOON - timedelta(days=30)
    assert is_silent(NOON - silence, interval, listening_since=long_ago, now=NOON) is missed


def test_nobody_is_missed_for_the_time_in_which_we_did_not_listen() -> None:
    last_at, now = NOON - timedelta(days=2), NOON
    assert not is_silent(last_at, QUARTER, listening_since=now - 30 * MINUTE, now=now)
    assert is_silent(last_at, QUARTER, listening_since=now - 90 * MINUTE, now=now)


def test_newcomers_without_room_count_together() -> None:
    admitted = admit([a_poll("a"), a_poll("b"), a_poll("c"), a_poll("d", feed="city")], {"world": 1, "city": 1})
    assert [(each.feed, each.reader) for each in admitted.readers] == [("world", "a"), ("city", "d")]
    (others,) = admitted.others
    assert (others.feed, others.reader, others.polls, others.subscribers) == ("world", OTHERS, 2, None)


def test_what_one_reader_did_is_added_up() -> None:
    (together,) = merged([a_poll("a"), a_poll("a")]).values()
    assert (together.polls, together.not_modified, together.subscribers) == (2, 2, 5)
