"""How long a feed may be kept: its cadence, its bounds, and the instant it is known to change."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.model.declarations import Caching
from syndicate.policy.caching import Bounds, Outlook, bounds_of, cache_control, max_age, static_cache_control
from tests.builders import NOON, a_feed

MINUTE = timedelta(minutes=1)
BOUNDS = Bounds(MINUTE, 15 * MINUTE)


def every(pause: timedelta, number: int = 10, *, ago: timedelta = timedelta(0)) -> Outlook:
    return Outlook(tuple(NOON - ago - pause * step for step in range(number)))


def ages_of(text: str) -> dict[str, int]:
    return {name: int(value) for name, _, value in (part.partition("=") for part in text.split(", ")) if value}


@pytest.mark.parametrize(
    ("outlook", "seconds"),
    [
        (every(timedelta(minutes=30)), 180),
        (every(timedelta(seconds=20)), 60),
        (every(timedelta(days=1)), 900),
        # It was quick and has become quiet.
        (every(timedelta(minutes=10), ago=timedelta(hours=1)), 360),
        # One burst does not make a slow feed quick.
        (Outlook(tuple(NOON - timedelta(hours=at) for at in (0, 0.01, 1.01, 2.01, 3.01))), 360),
        (Outlook(), 900),
        (Outlook((NOON - timedelta(minutes=20),)), 120),
        # A clock that was set back: the last change lies ahead.
        (Outlook((NOON + timedelta(hours=1),)), 60),
    ],
)
def test_a_feed_may_be_kept_for_a_tenth_of_its_usual_pause_within_the_bounds(outlook: Outlook, seconds: int) -> None:
    assert max_age(outlook, BOUNDS, now=NOON) == timedelta(seconds=seconds)


@given(
    st.lists(st.integers(0, 10**6), max_size=10),
    st.integers(-10, 10_000),
    st.integers(1, 1_000),
    st.integers(0, 10_000),
    st.none() | st.integers(1, 10**5),
)
def test_nothing_is_kept_over_the_instant_at_which_the_feed_is_known_to_change(
    pauses: list[int], until: int, least: int, more: int, shared: int | None
) -> None:
    changes = tuple(NOON - timedelta(seconds=sum(pauses[:step])) for step in range(len(pauses)))
    bounds = Bounds(
        timedelta(seconds=least),
        timedelta(seconds=least + more),
        None if shared is None else timedelta(seconds=shared),
    )
    next_at = NOON + timedelta(seconds=until, microseconds=7)
    ages = ages_of(cache_control(Outlook(changes, next_at), bounds, Caching(), now=NOON))
    stale = ages.get("stale-while-revalidate", 0)
    assert 0 <= ages["max-age"] <= max(until, 0)
    assert 0 <= ages["s-maxage"] <= max(until, 0)
    assert not stale or max(ages["max-age"], ages["s-maxage"]) + stale <= until


def test_a_shared_cache_asks_again_sooner_unless_it_is_purged() -> None:
    quiet = every(timedelta(days=1))
    assert ages_of(cache_control(quiet, BOUNDS, Caching(), now=NOON))["s-maxage"] == 60
    purged = Bounds(BOUNDS.least, BOUNDS.most, shared=timedelta(hours=1))
    assert ages_of(cache_control(quiet, purged, Caching(), now=NOON))["s-maxage"] == 3_600


def test_the_header_says_all_that_a_storm_needs() -> None:
    text = cache_control(every(timedelta(minutes=30)), BOUNDS, Caching(), now=NOON)
    assert text == "public, max-age=180, s-maxage=60, stale-while-revalidate=300, stale-if-error=86400"


def test_a_file_cannot_move_its_header_so_it_says_the_least() -> None:
    assert ages_of(static_cache_control(BOUNDS, Caching()))["max-age"] == 60


@pytest.mark.parametrize(
    ("feed", "least", "most"),
    [
        ({}, 1, 15),
        ({"ttl": 30}, 30, 30),
        ({"ttl": 30, "max_age": "5m"}, 30, 30),
        ({"min_age": "2m"}, 2, 15),
        ({"max_age": "5m"}, 1, 5),
        ({"min_age": "20m"}, 20, 20),
        ({"max_age": "1s"}, 1 / 60, 1 / 60),
    ],
)
def test_what_a_feed_declares_comes_before_what_all_feeds_have(feed: Any, least: float, most: float) -> None:
    assert bounds_of(a_feed(**feed), Caching()) == Bounds(least * MINUTE, most * MINUTE)
