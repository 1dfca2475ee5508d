"""What is known of a feed's changes: its cadence, and the next one that is sure to come."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from syndicate.actions.office import Office
from syndicate.actions.routes import routes_of
from syndicate.model.article import Audience
from syndicate.policy.caching import Outlook
from syndicate.policy.selection import facts
from syndicate.store import articles, foresight
from syndicate.store.tx import Effects, Tx

CHANGES = 10
# Nothing is kept for longer than a feed's greatest age and the time that a shared cache adds to it.
HORIZON = timedelta(days=8)
MAX_SCHEDULED = 200
MAX_ENDING = 500
# What lies beyond the horizon comes nearer, and other processes schedule, too.
LOOK_AGAIN_AFTER = timedelta(seconds=60)


def outlook(tx: Tx, slug: str, now: datetime) -> Outlook:
    """Read the last changes of a public feed and the first instant at which it is known to change."""
    changes = sorted(foresight.last_changes(tx, slug, limit=CHANGES), reverse=True)
    return Outlook(tuple(changes), min(_coming(tx, slug, now), default=None))


def _coming(tx: Tx, slug: str, now: datetime) -> Iterator[datetime]:
    until = now + HORIZON
    entering = _next_entering(tx, slug, until=until)
    leaving = foresight.next_leaving_of(tx, slug, until=until)
    ending = foresight.next_ending_of(tx, slug, until=until, limit=MAX_ENDING)
    yield from (at for at in (entering, leaving, ending) if at is not None)


def _next_entering(tx: Tx, slug: str, *, until: datetime) -> datetime | None:
    """Return when the next scheduled article that the feed selects is released; the clock may be late for it."""
    route = next((route for route in routes_of(tx.generation).feeds if route.feed.slug == slug), None)
    if route is None:
        return None
    scheduled = articles.scheduled(tx, until=until, limit=MAX_SCHEDULED)
    name = tx.declarations.publisher.title
    for release_at, article in scheduled:
        public = article.audience is Audience.PUBLIC
        if public and route.matcher.matches_facts(facts(article, publisher_name=name), now=release_at):
            return release_at
    # What comes after so many is not looked at: the last of them is early enough.
    return scheduled[-1][0] if len(scheduled) == MAX_SCHEDULED else None


@dataclass(frozen=True)
class _Seen:
    outlook: Outlook
    version: tuple[int, int]
    at: datetime


class Outlooks:
    """The outlooks this process knows; a commit that may change one makes that one be read again."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._version = 0
        self._changes: Counter[str] = Counter()
        self._seen: dict[str, _Seen] = {}
        self._one_at_a_time = asyncio.Lock()
        office.store.listen(self._follow)

    def _follow(self, effects: Effects) -> None:
        self._changes.update(effects.feeds.keys())
        # What is scheduled may be for any feed.
        if effects.instants or effects.generation is not None:
            self.expire()

    def expire(self) -> None:
        """Read every outlook again when it is next asked for: another process may have scheduled something."""
        self._version += 1

    def _version_of(self, slug: str) -> tuple[int, int]:
        return self._version, self._changes[slug]

    def is_in_force(self, slug: str, outlook: Outlook | None) -> bool:
        """Tell whether nothing has happened since an outlook was read; what only time changes is not looked at."""
        seen = self._seen.get(slug)
        return seen is not None and seen.outlook is outlook and seen.version == self._version_of(slug)

    def ready(self, slug: str, now: datetime) -> Outlook | None:
        """Return what is known, if it still holds."""
        seen = self._seen.get(slug)
        if seen is None or seen.version != self._version_of(slug) or abs(now - seen.at) >= LOOK_AGAIN_AFTER:
            return None
        return seen.outlook

    async def get(self, slug: str) -> Outlook:
        """Return what is known, reading it where needed."""
        async with self._one_at_a_time:
            version, now = self._version_of(slug), self._office.now()
            if (known := self.ready(slug, now)) is None:
                known = await self._office.store.read(outlook, slug, now)
                self._seen[slug] = _Seen(known, version, now)
            return known
