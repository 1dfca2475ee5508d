"""What polled partners were offered: the members of their own feeds, at which revision and since when."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, bindparam, delete, func, or_, select, tuple_, update

from syndicate.model.article import Status
from syndicate.model.delivery import Holding, Lane
from syndicate.store.columns import fixed
from syndicate.store.memberships import IS_SHOWN, MEMBERS, WAS_WITHDRAWN
from syndicate.store.schema import articles, copies, deliveries, feeds, revisions
from syndicate.store.schema import memberships as t
from syndicate.store.schema_polling import readers
from syndicate.store.tx import Tx

_MARK = (
    update(t)
    .where(t.c.feed == bindparam("the_feed"), t.c.article_key == bindparam("key"))
    .values(revision=bindparam("new_revision"), offered_at=bindparam("at"))
)
_DUE = (
    select(deliveries.c.id)
    .where(
        deliveries.c.partner == bindparam("partner"),
        deliveries.c.state == fixed("waiting"),
        deliveries.c.lane <= bindparam("lane"),
        deliveries.c.due_at <= bindparam("now"),
    )
    .limit(1)
)
_STANDING = select(t.c.article_key, t.c.left_seq).where(
    t.c.feed == bindparam("feed"), t.c.article_key.in_(bindparam("keys", expanding=True))
)
_RECORDS = select(revisions.c.article_key, revisions.c.revision, revisions.c.record)
_WHO_HAS = select(t.c.feed).where(
    t.c.article_key == bindparam("key"), t.c.left_seq.is_(None), t.c.offered_at.is_not(None)
)
_NEWEST = (
    select(t.c.article_key, t.c.revision, t.c.changed_seq)
    .select_from(MEMBERS)
    .where(t.c.feed == bindparam("feed"), *IS_SHOWN)
    .order_by(t.c.updated_at.desc(), t.c.published_at.desc(), t.c.article_id.desc())
    .limit(bindparam("limit"))
)
_LEFT = (
    select(t.c.article_key, t.c.revision, t.c.left_seq)
    .where(t.c.feed == bindparam("feed"), WAS_WITHDRAWN)
    .order_by(t.c.left_seq.desc())
    .limit(bindparam("limit"))
)
_CHANGES = (
    select(
        t.c.article_key,
        t.c.article_id,
        t.c.revision,
        t.c.entered_seq,
        t.c.changed_seq,
        t.c.left_at,
        t.c.left_cause,
        t.c.offered_at,
        articles.c.status,
        articles.c.slug,
        articles.c.url,
        articles.c.public_note,
        revisions.c.kind,
        revisions.c.record,
    )
    .select_from(
        t.join(articles, articles.c.key == t.c.article_key).outerjoin(
            revisions, and_(revisions.c.article_key == t.c.article_key, revisions.c.revision == t.c.revision)
        )
    )
    .where(
        t.c.feed == bindparam("feed"),
        t.c.changed_seq >= bindparam("seq"),
        or_(t.c.changed_seq > bindparam("seq"), t.c.article_key > bindparam("key")),
    )
    .order_by(t.c.changed_seq, t.c.article_key)
    .limit(bindparam("limit"))
)


@dataclass(frozen=True)
class Carried:
    """What one article of an answer brought the partner: a revision, or the word that it is gone."""

    article_key: int
    revision: int
    seq: int
    gone: bool


@dataclass(frozen=True)
class Change:
    """The newest a partner was offered of one article; `record` is None where nothing of it may be shown."""

    article_key: int
    article_id: str
    revision: int
    entered_seq: int
    seq: int
    left_at: datetime | None
    left_cause: str | None
    offered_at: datetime | None
    status: Status
    slug: str
    url: str | None
    public_note: str | None
    kind: str | None
    record: str | None


def is_due(tx: Tx, partner: str, *, lane: Lane, now: datetime) -> bool:
    """Tell whether anything up to `lane` waits for a partner that may go by now."""
    return tx.run(_DUE, {"partner": partner, "lane": int(lane), "now": now}).first() is not None


def standing(tx: Tx, feed: str, keys: Collection[int]) -> dict[int, bool]:
    """Return those of some articles that are or were in a feed; True while they are members."""
    return {key: left_seq is None for key, left_seq in tx.run(_STANDING, {"feed": feed, "keys": list(keys)})}


def records(tx: Tx, pairs: Collection[tuple[int, int]]) -> dict[tuple[int, int], str]:
    """Return the records of (article key, revision) pairs, as far as they are kept."""
    wanted = tuple_(revisions.c.article_key, revisions.c.revision).in_(list(pairs))
    rows = tx.run(_RECORDS.where(wanted, revisions.c.record.is_not(None)))
    return {(key, revision): record for key, revision, record in rows}


def feeds_with(tx: Tx, key: int) -> frozenset[str]:
    """Return the partners' feeds in which an article stands now."""
    return frozenset(tx.run(_WHO_HAS, {"key": key}).scalars())


def mark(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    """Note at which revision members are offered: the_feed, key, new_revision, at."""
    tx.run_many(_MARK, rows)


def newest(tx: Tx, feed: str, *, limit: int) -> tuple[Carried, ...]:
    """Return what a partner's feed shows, in the order of `memberships.newest`."""
    rows = tx.run(_NEWEST, {"feed": feed, "limit": limit})
    return tuple(Carried(key, revision, seq, gone=False) for key, revision, seq in rows)


def left(tx: Tx, feed: str, *, limit: int) -> tuple[Carried, ...]:
    """Return what left a partner's feed last, newest first."""
    rows = tx.run(_LEFT, {"feed": feed, "limit": limit})
    return tuple(Carried(key, revision or 0, seq, gone=True) for key, revision, seq in rows)


def changes(tx: Tx, feed: str, *, seq: int, key: int, limit: int) -> tuple[Change, ...]:
    """Return what a partner was offered after a position, each article once, in the order of commit."""
    rows = tx.run(_CHANGES, {"feed": feed, "seq": seq, "key": key, "limit": limit})
    return tuple(_change(row) for row in rows)


def _change(row: Row[*tuple[Any, ...]]) -> Change:
    values = list(row)
    values[8] = Status(values[8])
    return Change(*values)


def unnoted(tx: Tx, partner: str, carried: Sequence[Carried]) -> tuple[Carried, ...]:
    """Return what the copies of a partner do not say yet of what an answer carries."""
    keys = [each.article_key for each in carried]
    had = or_(copies.c.holding != Holding.NONE.value, copies.c.unsure_revision.is_not(None))
    columns = (copies.c.article_key, copies.c.seq, had)
    rows = tx.run(select(*columns).where(copies.c.partner == partner, copies.c.article_key.in_(keys)))
    held = {key: (seq, bool(had)) for key, seq, had in rows}
    return tuple(each for each in carried if _is_news(each, *held.get(each.article_key, (0, False))))


def _is_news(carried: Carried, seq: int, had: bool) -> bool:
    # Of what it never fetched it needs no word that it is gone.
    return seq < carried.seq and (had or not carried.gone)


def last_polled(tx: Tx, feed: str) -> datetime | None:
    """Return when a feed was last asked for, as far as readers are kept."""
    at: datetime | None = tx.run(select(func.max(readers.c.last_at)).where(readers.c.feed == feed)).scalar()
    return at


def rename(tx: Tx, old: str, new: str) -> None:
    """Hand the members of one feed to another, which loses its own."""
    forget(tx, new)
    tx.run(update(t).where(t.c.feed == old).values(feed=new))
    tx.run(delete(feeds).where(feeds.c.slug == old))


def forget(tx: Tx, feed: str) -> None:
    """Empty a feed; its head stays."""
    tx.run(delete(t).where(t.c.feed == feed))
