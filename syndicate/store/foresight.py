"""When a feed last changed, and when it is known to change next."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, Select, and_, bindparam, case, func, select

from syndicate.store.columns import fixed
from syndicate.store.schema import articles
from syndicate.store.schema import memberships as t
from syndicate.store.tx import Tx

_LAST_CHANGES = (
    select(articles.c.changed_at)
    .select_from(t.join(articles, articles.c.key == t.c.article_key))
    .where(t.c.feed == bindparam("feed"), t.c.left_seq.is_(None))
    .order_by(t.c.updated_at.desc(), t.c.published_at.desc(), t.c.article_id.desc())
    .limit(bindparam("limit"))
)


def _next_ending(end: Column[datetime]) -> Select[datetime, datetime, int]:
    """Look from what ends next to a feed, never the other way: a feed's members are as many as are stored."""
    is_due = (articles.c.status == fixed("published"), end.is_not(None), end <= bindparam("until"))
    soon = (
        select(articles.c.key, end.label("ends_at")).where(*is_due).order_by(end).limit(bindparam("limit")).subquery()
    )
    is_member = and_(t.c.feed == bindparam("feed"), t.c.article_key == soon.c.key, t.c.left_seq.is_(None))
    ends_at = case((t.c.article_key.is_not(None), soon.c.ends_at))
    return select(func.min(ends_at), func.max(soon.c.ends_at), func.count()).select_from(soon.outerjoin(t, is_member))


_NEXT_ENDING = tuple(_next_ending(end) for end in (articles.c.expires_at, articles.c.rights_end_at))
_NEXT_LEAVING_OF = select(func.min(t.c.leaves_at)).where(
    t.c.feed == bindparam("feed"), t.c.left_seq.is_(None), t.c.leaves_at <= bindparam("until")
)


def last_changes(tx: Tx, feed: str, *, limit: int) -> tuple[datetime, ...]:
    """Return when the newest members of a feed came or changed."""
    return tuple(tx.run(_LAST_CHANGES, {"feed": feed, "limit": limit}).scalars())


def next_leaving_of(tx: Tx, feed: str, *, until: datetime) -> datetime | None:
    """Return when the next member grows too old for a feed, unless that is later than `until`."""
    leaving: datetime | None = tx.run(_NEXT_LEAVING_OF, {"feed": feed, "until": until}).scalar()
    return leaving


def next_ending_of(tx: Tx, feed: str, *, until: datetime, limit: int) -> datetime | None:
    """Return when the next member of a feed, or a right of one, expires, unless that is later than `until`.

    Of all that ends only the next `limit` are looked at: where none is a member, the last of them is early enough.
    """
    found = [_first(tx, statement, feed, until=until, limit=limit) for statement in _NEXT_ENDING]
    return min((at for at in found if at is not None), default=None)


def _first(
    tx: Tx, statement: Select[datetime, datetime, int], feed: str, *, until: datetime, limit: int
) -> datetime | None:
    row = tx.run(statement, {"feed": feed, "until": until, "limit": limit}).one()
    ending: datetime | None = row[0]
    last: datetime | None = row[1]
    return last if ending is None and row[2] == limit else ending
