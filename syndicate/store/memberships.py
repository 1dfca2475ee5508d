"""Which article is in which feed, since which seq, and when it left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    and_,
    bindparam,
    case,
    func,
    insert,
    or_,
    select,
    type_coerce,
    update,
)

from syndicate.model.article import Article
from syndicate.store.articles import load
from syndicate.store.columns import At, fixed
from syndicate.store.schema import articles, feeds, revisions
from syndicate.store.schema import memberships as t
from syndicate.store.tx import Tx

AGED = "aged"
"""Why a member left that only grew too old for its feed: no withdrawal, so that no tombstone tells of it."""

_OF_ARTICLE = select(t.c.feed, t.c.left_seq).where(t.c.article_key == bindparam("key"))
_others = t.alias()
_INSERT = insert(t).values(
    # Whoever inserts holds the counter of `seq`, so that no two take the same place.
    ordinal=select(func.coalesce(func.max(_others.c.ordinal), 0) + 1)
    .where(_others.c.feed == bindparam("the_feed"))
    .scalar_subquery()
)

# What comes back is newer than the tombstone it left, or readers would go on believing that (RFC 6721 section 3),
# even where the clock went back; and it stands where its date puts it.
RETURNED_AT = case(
    (t.c.left_at >= bindparam("at", type_=At), type_coerce(type_coerce(t.c.left_at, BigInteger) + 1, At)),
    else_=bindparam("at", type_=At),
)


def _newer(first: ColumnElement[datetime], second: ColumnElement[datetime]) -> ColumnElement[datetime]:
    return case((first > second, first), else_=second)


# A tombstone that is older than its entry would say that the entry came back.
_LEFT_AT = _newer(t.c.updated_at, bindparam("at", type_=At))
_CHANGE = (
    update(t)
    .where(t.c.feed == bindparam("the_feed"), t.c.article_key == bindparam("key"))
    .values(
        changed_seq=bindparam("seq"),
        published_at=bindparam("published_at"),
        updated_at=_newer(t.c.reentered_at, bindparam("updated_at", type_=At)),
        leaves_at=bindparam("leaves_at"),
    )
)
_REENTER = (
    update(t)
    .where(t.c.feed == bindparam("the_feed"), t.c.article_key == bindparam("key"))
    .values(
        entered_seq=bindparam("seq"),
        changed_seq=bindparam("seq"),
        reentered_at=RETURNED_AT,
        left_seq=None,
        left_at=None,
        left_cause=None,
        published_at=bindparam("published_at"),
        updated_at=_newer(RETURNED_AT, bindparam("updated_at", type_=At)),
        leaves_at=bindparam("leaves_at"),
    )
)
_LEAVE = (
    update(t)
    .where(t.c.feed == bindparam("the_feed"), t.c.article_key == bindparam("key"))
    .values(left_seq=bindparam("seq"), left_at=_LEFT_AT, left_cause=bindparam("cause"), changed_seq=bindparam("seq"))
)
# In a polled partner's own feed an article stands as it was offered, not as it is now.
MEMBER = (
    func.coalesce(revisions.c.record, articles.c.record),
    func.coalesce(t.c.offered_at, articles.c.changed_at, type_=At()),
    articles.c.released_at,
    articles.c.upstream,
    t.c.reentered_at,
)
MEMBERS = t.join(articles, articles.c.key == t.c.article_key).outerjoin(
    revisions, and_(revisions.c.article_key == t.c.article_key, revisions.c.revision == t.c.revision)
)
# Nor is what was withdrawn shown while the partner has not been offered its retraction yet.
MAY_BE_SHOWN = or_(t.c.revision.is_(None), and_(articles.c.status == "published", revisions.c.record.is_not(None)))
IS_SHOWN = (t.c.left_seq.is_(None), MAY_BE_SHOWN)
_NEWEST = (
    select(*MEMBER)
    .select_from(MEMBERS)
    .where(t.c.feed == bindparam("feed"), *IS_SHOWN)
    .order_by(t.c.updated_at.desc(), t.c.published_at.desc(), t.c.article_id.desc())
    .limit(bindparam("limit"))
)
# Of a feed with an age all that ever stood in it has left: an index holds those of whom a tombstone tells.
WAS_WITHDRAWN = t.c.left_cause != fixed(AGED)
GONE = (
    *(t.c.article_id, t.c.left_at, t.c.left_cause, articles.c.public_note),
    *(articles.c.url, articles.c.slug, t.c.published_at),
)
_LEFT = (
    select(*GONE)
    .select_from(t.join(articles, articles.c.key == t.c.article_key))
    .where(t.c.feed == bindparam("feed"), WAS_WITHDRAWN)
    .order_by(t.c.left_seq.desc())
    .limit(bindparam("limit"))
)
_AGED = (
    select(t.c.feed, t.c.article_key)
    .where(t.c.left_seq.is_(None), t.c.leaves_at <= bindparam("now"))
    .limit(bindparam("limit"))
)
_HEAD = select(feeds.c.seq, feeds.c.changed_at).where(feeds.c.slug == bindparam("feed"))


@dataclass(frozen=True)
class Member:
    """A member of a feed as an edition needs it."""

    article: Article
    changed_at: datetime
    released_at: datetime
    upstream: str | None
    reentered_at: datetime | None


@dataclass(frozen=True)
class Gone:
    """A former member of a feed."""

    article_id: str
    left_at: datetime
    cause: str
    public_note: str | None
    url: str | None
    slug: str
    published_at: datetime


@dataclass(frozen=True)
class Head:
    """The last change of a feed."""

    seq: int
    changed_at: datetime


def of_article(tx: Tx, key: int) -> dict[str, bool]:
    """Return the feeds an article is or was in; True while it is a member."""
    return {feed: left_seq is None for feed, left_seq in tx.run(_OF_ARTICLE, {"key": key})}


def enter(tx: Tx, rows: Sequence[dict[str, Any]]) -> None:
    """Insert memberships: feed, article_key, article_id, seq and the order's columns; after `tx.next_seq()`."""
    tx.run_many(_INSERT, [row | {"the_feed": row["feed"]} for row in rows])


def reenter(tx: Tx, rows: Sequence[dict[str, Any]]) -> None:
    tx.run_many(_REENTER, rows)


def change(tx: Tx, rows: Sequence[dict[str, Any]]) -> None:
    tx.run_many(_CHANGE, rows)


def leave(tx: Tx, rows: Sequence[dict[str, Any]]) -> None:
    tx.run_many(_LEAVE, rows)


def newest(tx: Tx, feed: str, *, limit: int) -> tuple[Member, ...]:
    """Return a feed's newest members by updated_at, then published_at, then id."""
    rows = tx.run(_NEWEST, {"feed": feed, "limit": limit})
    return tuple(Member(load(record), *rest) for record, *rest in rows)


def left(tx: Tx, feed: str, *, limit: int) -> tuple[Gone, ...]:
    """Return who left a feed last, newest first, but for those that only grew too old."""
    return tuple(Gone(*row) for row in tx.run(_LEFT, {"feed": feed, "limit": limit}))


_WITHDRAW_AGED = (
    update(t)
    .where(t.c.article_key == bindparam("key"), t.c.left_cause == AGED)
    .values(left_seq=bindparam("seq"), left_at=_LEFT_AT, left_cause=bindparam("cause"), changed_seq=bindparam("seq"))
    .returning(t.c.feed)
)


def withdraw_aged(tx: Tx, key: int, *, seq: int, at: datetime, cause: str) -> None:
    """Note that an article which had only grown too old for its feeds was withdrawn: they show its tombstone."""
    parameters = {"key": key, "seq": seq, "at": at, "cause": cause}
    touch(tx, tuple(tx.run(_WITHDRAW_AGED, parameters).scalars()), seq=seq, at=at)


def redate(tx: Tx, rows: Sequence[dict[str, Any]]) -> None:
    """Note when members grow too old for a changed selection: the_feed, key, leaves_at."""
    tx.run_many(_REDATE, rows)


_REDATE = (
    update(t)
    .where(t.c.feed == bindparam("the_feed"), t.c.article_key == bindparam("key"))
    .values(leaves_at=bindparam("leaves_at"))
)


def aged(tx: Tx, *, now: datetime, limit: int) -> tuple[tuple[str, int], ...]:
    """Return (feed, article key) of members past their feed's max_age."""
    return tuple((feed, key) for feed, key in tx.run_locking(_AGED, {"now": now, "limit": limit}, skip_locked=True))


def next_leaving(tx: Tx) -> datetime | None:
    statement = select(func.min(t.c.leaves_at)).where(t.c.left_seq.is_(None), t.c.leaves_at.is_not(None))
    leaving: datetime | None = tx.run(statement).scalar()
    return leaving


def head(tx: Tx, feed: str) -> Head | None:
    row = tx.run(_HEAD, {"feed": feed}).first()
    return None if row is None else Head(*row)


def heads(tx: Tx) -> dict[str, Head]:
    return {slug: Head(seq, at) for slug, seq, at in tx.run(select(feeds.c.slug, feeds.c.seq, feeds.c.changed_at))}


_TOUCH = (
    update(feeds)
    .where(feeds.c.slug == bindparam("the_slug"))
    # Last-Modified never goes back, even where the clock does.
    .values(
        seq=bindparam("new_seq"),
        changed_at=case((feeds.c.changed_at > bindparam("at"), feeds.c.changed_at), else_=bindparam("at")),
    )
)


def touch(tx: Tx, slugs: Sequence[str], *, seq: int, at: datetime) -> None:
    """Move the heads of feeds to `seq`."""
    tx.run_many(_TOUCH, [{"the_slug": slug, "new_seq": seq, "at": at} for slug in slugs])
    tx.effects.feeds.update(dict.fromkeys(slugs, seq))


def declare(tx: Tx, slugs: Sequence[str], *, seq: int) -> None:
    """Note that feeds were declared anew: nothing they showed before need look as it did."""
    tx.run_many(_DECLARE, [{"the_slug": slug, "new_seq": seq} for slug in slugs])


_DECLARE = update(feeds).where(feeds.c.slug == bindparam("the_slug")).values(declared_seq=bindparam("new_seq"))


def create_head(tx: Tx, slug: str, *, seq: int, at: datetime) -> None:
    tx.run(insert(feeds), {"slug": slug, "seq": seq, "changed_at": at, "declared_seq": seq})
    tx.effects.feeds[slug] = seq


def all_of_feed(tx: Tx, feed: str) -> dict[int, bool]:
    """Return every article key that is or was in a feed; True while it is a member."""
    rows = tx.run(select(t.c.article_key, t.c.left_seq).where(t.c.feed == feed))
    return {key: left_seq is None for key, left_seq in rows}
