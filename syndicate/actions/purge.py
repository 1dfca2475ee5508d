"""Tell a CDN what changed: owed from the commit of a change, walked along the journal, repeated until it is done."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from syndicate.actions.accept import own_media_in
from syndicate.actions.office import Office
from syndicate.errors import UnreachableError
from syndicate.policy.purging import FRONT, SITEMAP, article_key, feed_key, picture_key
from syndicate.store import journal, meta, purging
from syndicate.store.purging import Changed
from syndicate.store.tx import Tx

# Up to which `seq` everything was purged: the to-do list is the journal after it.
PURGED = "purged_seq"
# Pictures of erased articles: no record names them any more.
ERASED_PICTURES = "purge_pictures"
BATCH = 500


@dataclass(frozen=True)
class Stale:
    """What caches must drop: surrogate keys, and the paths of the same answers; done, all is purged up to `until`.

    `erased` are the pictures of erased articles among it.
    """

    keys: tuple[str, ...]
    paths: tuple[str, ...]
    until: int
    erased: frozenset[str] = frozenset()


class Cache(Protocol):
    async def purge(self, stale: Stale) -> str | None:
        """Drop what is stale; returns why not, where that failed."""


async def purge(office: Office, cache: Cache, *, up_to: int | None = None) -> bool:
    """Purge one batch of what changed, up to a `seq` if one is given; tells whether there may be more.

    Raises UnreachableError: then nothing is forgotten, and the same is purged again.
    """
    stale = await office.store.read(_stale, up_to)
    if stale is None:
        return False
    if stale.keys and (why := await cache.purge(stale)) is not None:
        raise UnreachableError(f"the CDN was not purged: {why}", remedy="Check [cdn] and that the CDN's API answers.")
    await office.store.write(_purged, stale)
    return True


def owe_pictures(tx: Tx, names: Collection[str]) -> None:
    """Note pictures whose article is erased in this transaction, until they are purged; after `tx.next_seq()`."""
    if names and meta.get(tx, PURGED) is not None:
        _keep_erased(tx, _erased(tx) | set(names))


async def forget_purges(office: Office) -> None:
    """Keep no list for a CDN that is not configured: one that is, later, begins with an empty cache."""
    for name in (PURGED, ERASED_PICTURES):
        await office.store.write(meta.remove, name)


def purge_lag(tx: Tx, now: datetime) -> timedelta | None:
    """Return for how long the first change that is not purged yet has waited; None where nothing is to be purged."""
    done = meta.get(tx, PURGED)
    if done is None:
        return None
    waiting = purging.first_change(tx, after=int(done))
    return timedelta(0) if waiting is None else max(now - waiting, timedelta(0))


def _stale(tx: Tx, up_to: int | None) -> Stale | None:
    last = journal.last_seq(tx)
    last = last if up_to is None else min(last, up_to)
    if last < 0:
        # A copy that is in step with nothing yet: from where caches are filled is not known.
        return None
    done = meta.get(tx, PURGED)
    if done is None:
        # Nothing was filed under a key before.
        return Stale((), (), last)
    # A store brought back from a backup counts from less.
    after = min(int(done), journal.last_seq(tx))
    return _stale_between(tx, after, last) if after < last or after != int(done) else None


def _stale_between(tx: Tx, after: int, last: int) -> Stale:
    changes = [change for change in purging.changed(tx, after=after, limit=BATCH) if change.seq <= last]
    until = changes[-1].seq if len(changes) == BATCH else last
    filed = dict(_feeds(purging.changed_feeds(tx, after=after)))
    for change in changes:
        filed |= _articles(tx, change)
    erased = _erased(tx)
    filed |= _pictures(erased)
    if filed:
        filed |= {FRONT: ("/", "/feeds", "/feeds.opml"), SITEMAP: ("/sitemap-news.xml",)}
    return Stale(tuple(filed), tuple(path for paths in filed.values() for path in paths), until, erased)


def _feeds(slugs: Sequence[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for slug in slugs:
        # A partner's own feed is kept by no shared cache.
        if ":" not in slug:
            path = f"/feeds/{slug}"
            yield feed_key(slug), (path, *(f"{path}.{suffix}" for suffix in ("rss", "atom", "json")))


def _articles(tx: Tx, change: Changed) -> dict[str, tuple[str, ...]]:
    names = {name for record in purging.records(tx, change) for name in own_media_in(tx, record)}
    filed: dict[str, tuple[str, ...]] = {article_key(change.slug): (f"/articles/{change.slug}",)}
    return filed | _pictures(names)


def _pictures(names: Collection[str]) -> dict[str, tuple[str, ...]]:
    return {picture_key(name): (f"/media/{name}",) for name in sorted(names)}


def _erased(tx: Tx) -> frozenset[str]:
    return frozenset((meta.get(tx, ERASED_PICTURES) or "").split())


def _keep_erased(tx: Tx, names: Collection[str]) -> None:
    if names:
        meta.put(tx, ERASED_PICTURES, " ".join(sorted(names)))
    else:
        meta.remove(tx, ERASED_PICTURES)


def _purged(tx: Tx, stale: Stale) -> None:
    meta.put(tx, PURGED, str(stale.until))
    if stale.erased:
        # Another may have been erased meanwhile.
        _keep_erased(tx, _erased(tx) - stale.erased)
