"""How pollers behave: their usual interval, and when one that came regularly has stopped coming."""

from __future__ import annotations

from datetime import datetime, timedelta

# How much the newest interval weighs, in tenths: a poller that changes its mind is known after a handful of polls.
_WEIGHT = 3
# Nobody is missed sooner, however often they came.
LEAST_SILENCE = timedelta(minutes=10)
MISSED_POLLS = 4
# A count older than this is nobody's (a service that was left, an installation that was switched off).
SUBSCRIBED_FOR = timedelta(days=7)


def smoothed_interval(known: int | None, *, elapsed: timedelta, polls: int) -> int | None:
    """Return the usual seconds between polls after `polls` more in `elapsed`; None where nothing can be told yet.

    Polls that came together count by the time they took together, so that how often we look does not matter.
    """
    if elapsed <= timedelta(0) or polls < 1:
        return known
    newest = elapsed.total_seconds() / polls
    return round(newest if known is None else (known * (10 - _WEIGHT) + newest * _WEIGHT) / 10)


def silence_allowed(interval: timedelta) -> timedelta:
    """Return how long a poller with this usual interval may stay away before it is missed."""
    return max(interval * MISSED_POLLS, LEAST_SILENCE)


def is_silent(last_at: datetime, interval: timedelta | None, *, listening_since: datetime, now: datetime) -> bool:
    """Tell whether a poller has stopped: only for the time in which it could have been heard."""
    if interval is None:
        return False
    return now - max(last_at, listening_since) > silence_allowed(interval)
