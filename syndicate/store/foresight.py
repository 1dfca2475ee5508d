"""When a feed last changed, and when it is known to change next."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, Select, bindparam, func, select

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


def next_ending_of(tx: Tx, feed: str, *, until: datetime) -> datetime | None:
    """Return when the next member of a feed, or a right of one, expires, unless that is later than `until`."""
    ends = (articles.c.expires_at, articles.c.rights_end_at)
    found = [tx.run(_next_ending(end), {"feed": feed, "until": until}).scalar() for end in ends]
    return min((at for at in found if at is not None), default=None)


def _next_ending(end: Column[datetime]) -> Select[datetime]:
    # By the partial indexes of what ends at all, which are far smaller than any feed.
    ending = select(func.min(end)).select_from(articles.join(t, t.c.article_key == articles.c.key))
    return ending.where(
        articles.c.status == fixed("published"),
        end.is_not(None),
        end <= bindparam("until"),
        t.c.feed == bindparam("feed"),
        t.c.left_seq.is_(None),
    )
