"""How long a feed may be kept: by its real cadence, and never over an instant at which it is known to change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

from syndicate.model.declarations import Caching, FeedDeclaration

# A feed that changes every ten minutes may be kept for one (RFC 9111 section 4.2.2 guesses by the same share).
SHARE = 10
NONE = timedelta(0)


@dataclass(frozen=True)
class Outlook:
    """What is known of a feed's changes: when the last were, newest first, and when the next is sure to come."""

    changes: Sequence[datetime] = ()
    next_at: datetime | None = None


@dataclass(frozen=True)
class Bounds:
    """Between what the age of a feed lies; `shared` is how long a shared cache that can be purged may keep it."""

    least: timedelta
    most: timedelta
    shared: timedelta | None = None


def bounds_of(feed: FeedDeclaration, caching: Caching, *, shared: timedelta | None = None) -> Bounds:
    """Return a feed's bounds: its own keys before those of [feeds]; a feed that declares a ttl means it."""
    if feed.ttl is not None:
        return Bounds(timedelta(minutes=feed.ttl), timedelta(minutes=feed.ttl), shared)
    least, most = feed.min_age or caching.min_age, feed.max_age or caching.max_age
    # Whichever was set on the feed itself wins over the other's default.
    return Bounds(min(least, most), most, shared) if feed.max_age else Bounds(least, max(least, most), shared)


def pause_between(changes: Sequence[datetime], *, now: datetime) -> timedelta | None:
    """Return the usual pause between changes; the one that lasts counts where it is longer. None if none is known."""
    if not changes:
        return None
    lasting = max(now - changes[0], NONE)
    pauses = sorted(later - earlier for later, earlier in pairwise(changes))
    return max(timedelta(seconds=median(pause.total_seconds() for pause in pauses)), lasting) if pauses else lasting


def max_age(outlook: Outlook, bounds: Bounds, *, now: datetime) -> timedelta:
    """Return for how long a feed may be kept, in whole seconds: never over the next change that is known."""
    pause = pause_between(outlook.changes, now=now)
    wished = bounds.most if pause is None else pause / SHARE
    return _whole(_not_over(outlook.next_at, max(bounds.least, min(wished, bounds.most)), now=now))


def cache_control(outlook: Outlook, bounds: Bounds, caching: Caching, *, now: datetime) -> str:
    """Write the Cache-Control of a public feed.

    A shared cache asks again after the least age, so that a correction is not kept from everybody behind it; one that
    is purged at every change may keep a feed longer (`bounds.shared`).
    """
    own = max_age(outlook, bounds, now=now)
    asked = min(own, bounds.least) if bounds.shared is None else bounds.shared
    shared = _whole(_not_over(outlook.next_at, asked, now=now))
    # Nothing may be stale at an instant that was announced.
    reach = now + max(own, shared) + caching.stale_while_revalidate
    return _written(own, shared, caching, revalidating=outlook.next_at is None or reach <= outlook.next_at)


def static_cache_control(bounds: Bounds, caching: Caching) -> str:
    """Write the Cache-Control of a feed's file: it cannot move with time, so that it is the least age."""
    return _written(bounds.least, bounds.shared or bounds.least, caching, revalidating=True)


def _not_over(next_at: datetime | None, age: timedelta, *, now: datetime) -> timedelta:
    return age if next_at is None else max(min(age, next_at - now), NONE)


def _written(own: timedelta, shared: timedelta, caching: Caching, *, revalidating: bool) -> str:
    parts = ["public", f"max-age={_seconds(own)}", f"s-maxage={_seconds(shared)}"]
    if revalidating:
        parts.append(f"stale-while-revalidate={_seconds(caching.stale_while_revalidate)}")
    return ", ".join([*parts, f"stale-if-error={_seconds(caching.stale_if_error)}"])


def _whole(age: timedelta) -> timedelta:
    return timedelta(seconds=age // timedelta(seconds=1))


def _seconds(age: timedelta) -> int:
    return int(age.total_seconds())
