"""Feeds as they grew: their articles in the order in which they first came, and what changed since a seq."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, bindparam, func, or_, select, update

from syndicate.store.articles import load
from syndicate.store.memberships import AGED, GONE, IS_SHOWN, MAY_BE_SHOWN, MEMBER, MEMBERS, Gone, Member
from syndicate.store.schema import articles, feeds
from syndicate.store.schema import memberships as t
from syndicate.store.tx import Tx

_ROWS = select(
    t.c.article_key,
    t.c.article_id,
    t.c.entered_seq,
    t.c.changed_seq,
    t.c.reentered_at,
    t.c.left_at,
    t.c.left_cause,
    t.c.updated_at,
    t.c.published_at,
    t.c.revision,
).where(t.c.feed == bindparam("feed"))
_BETWEEN = _ROWS.where(t.c.ordinal > bindparam("after"), t.c.ordinal <= bindparam("upto")).order_by(t.c.ordinal.desc())
_CHANGED = (
    _ROWS.where(t.c.changed_seq > bindparam("seq"))
    .order_by(t.c.changed_seq.desc(), t.c.article_key.desc())
    .limit(bindparam("limit"))
)


def _window(statement: Select[*tuple[object, ...]]) -> Select[*tuple[object, ...]]:
    newest_first = (t.c.updated_at.desc(), t.c.published_at.desc(), t.c.article_id.desc())
    return statement.select_from(MEMBERS).where(*IS_SHOWN).order_by(*newest_first).limit(bindparam("limit"))


_WINDOW = _window(_ROWS)
_SHOWN = _window(select(t.c.ordinal).where(t.c.feed == bindparam("feed")))
_TO_REACH = select(t.c.ordinal).where(
    t.c.feed == bindparam("feed"),
    t.c.ordinal > bindparam("after"),
    or_(t.c.left_seq.is_(None), t.c.left_cause == AGED),
)
_MARK = update(t).where(t.c.article_key == bindparam("key")).values(changed_seq=bindparam("seq"))
_LAST_ORDINAL = select(func.max(t.c.ordinal)).where(t.c.feed == bindparam("feed"))
_DECLARED = select(feeds.c.declared_seq).where(feeds.c.slug == bindparam("feed"))
_AMONG = (t.c.feed == bindparam("feed"), t.c.article_key.in_(bindparam("keys", expanding=True)))
_MEMBERS = (
    select(t.c.article_key, *MEMBER).select_from(MEMBERS).where(*_AMONG, articles.c.record.is_not(None), MAY_BE_SHOWN)
)
_GONE = (
    select(*GONE)
    .select_from(t.join(articles, articles.c.key == t.c.article_key))
    .where(*_AMONG)
    .order_by(t.c.left_seq.desc(), t.c.article_id)
)


@dataclass(frozen=True)
class Place:
    """An article's place in a feed, and how it stands there."""

    article_key: int
    article_id: str
    entered_seq: int
    changed_seq: int
    reentered_at: datetime | None
    left_at: datetime | None
    left_cause: str | None
    updated_at: datetime
    published_at: datetime
    revision: int | None
    """Of a polled partner's own feed only: the revision it was offered."""

    @property
    def is_withdrawn(self) -> bool:
        """Tell what readers must be told is gone from what stays in the archives, though it grew too old."""
        return self.left_cause not in (None, AGED)

    @property
    def has_aged(self) -> bool:
        return self.left_cause == AGED

    @property
    def rank(self) -> tuple[datetime, datetime, str]:
        """Order as feeds do, the newest highest."""
        return self.updated_at, self.published_at, self.article_id

    def was_there(self, seq: int) -> bool:
        """Say whether it may have been in the feed at `seq`; in doubt it was."""
        return self.entered_seq <= seq or self.reentered_at is not None


def between(tx: Tx, feed: str, *, after: int, upto: int) -> tuple[Place, ...]:
    """Return the articles that came after the ordinal `after`, up to and with `upto`; the last to come first."""
    return tuple(Place(*row) for row in tx.run(_BETWEEN, {"feed": feed, "after": after, "upto": upto}))


def changed_since(tx: Tx, feed: str, seq: int, *, limit: int) -> tuple[Place, ...]:
    """Return what entered, changed or left after `seq`, the newest change first."""
    return tuple(Place(*row) for row in tx.run(_CHANGED, {"feed": feed, "seq": seq, "limit": limit}))


def window(tx: Tx, feed: str, *, limit: int) -> tuple[Place, ...]:
    """Return the places of a feed's newest members, in the order of `memberships.newest`."""
    return tuple(Place(*row) for row in tx.run(_WINDOW, {"feed": feed, "limit": limit}))


def shown(tx: Tx, feed: str, *, limit: int) -> frozenset[int]:
    """Return the ordinals of a feed's newest members."""
    return frozenset(tx.run(_SHOWN, {"feed": feed, "limit": limit}).scalars())


def to_reach(tx: Tx, feed: str, *, after: int) -> frozenset[int]:
    """Return the ordinals after `after` of what a reader of the whole feed holds."""
    return frozenset(tx.run(_TO_REACH, {"feed": feed, "after": after}).scalars())


def last_ordinal(tx: Tx, feed: str) -> int:
    """Return how many articles ever entered a feed."""
    return int(tx.run(_LAST_ORDINAL, {"feed": feed}).scalar() or 0)


def declared_seq(tx: Tx, feed: str) -> int:
    """Return the seq at which a feed was last declared anew."""
    return int(tx.run(_DECLARED, {"feed": feed}).scalar() or 0)


def members(tx: Tx, feed: str, keys: Collection[int]) -> dict[int, Member]:
    """Return members of a feed, present or aged, by article key."""
    rows = tx.run(_MEMBERS, {"feed": feed, "keys": sorted(keys)})
    return {key: Member(load(record), *rest) for key, record, *rest in rows}


def gone(tx: Tx, feed: str, keys: Collection[int]) -> tuple[Gone, ...]:
    """Return former members of a feed, who left last first."""
    return tuple(Gone(*row) for row in tx.run(_GONE, {"feed": feed, "keys": sorted(keys)}))


def mark_changed(tx: Tx, key: int, *, seq: int) -> None:
    """Note that what feeds tell of an article, there or gone, is told otherwise from `seq` on."""
    tx.run(_MARK, {"key": key, "seq": seq})
