"""What changed since a `seq`, as far as caches before the service hold it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select

from syndicate.store.schema import articles as a
from syndicate.store.schema import feeds as f
from syndicate.store.schema import journal as j
from syndicate.store.schema import revisions as r
from syndicate.store.tx import Tx

_CHANGED = (
    select(j.c.seq, j.c.article_key, j.c.revision, a.c.slug)
    .select_from(j.join(a, a.c.key == j.c.article_key))
    .where(j.c.seq > bindparam("after"))
    .order_by(j.c.seq)
    .limit(bindparam("limit"))
)
_RECORDS = select(r.c.record).where(
    r.c.article_key == bindparam("key"),
    r.c.revision.between(bindparam("revision") - 1, bindparam("revision")),
    r.c.record.is_not(None),
)
_FEEDS = select(f.c.slug).where(f.c.seq > bindparam("after")).order_by(f.c.slug)
_FIRST_CHANGE = select(func.min(j.c.at)).where(j.c.seq > bindparam("after"))
_FIRST_FEED = select(func.min(f.c.changed_at)).where(f.c.seq > bindparam("after"))


@dataclass(frozen=True)
class Changed:
    """One row of the journal: the article, and its revision by then."""

    seq: int
    key: int
    revision: int
    slug: str


def changed(tx: Tx, *, after: int, limit: int) -> tuple[Changed, ...]:
    """Return what happened to articles later than `after`, oldest first."""
    return tuple(Changed(*row) for row in tx.run(_CHANGED, {"after": after, "limit": limit}))


def records(tx: Tx, change: Changed) -> tuple[str, ...]:
    """Return the record that a change made, and the one it replaced."""
    return tuple(tx.run(_RECORDS, {"key": change.key, "revision": change.revision}).scalars())


def changed_feeds(tx: Tx, *, after: int) -> tuple[str, ...]:
    """Return the feeds whose last change is later than `after`."""
    return tuple(tx.run(_FEEDS, {"after": after}).scalars())


def first_change(tx: Tx, *, after: int) -> datetime | None:
    """Return when the first change later than `after` was made."""
    found = [tx.run(statement, {"after": after}).scalar() for statement in (_FIRST_CHANGE, _FIRST_FEED)]
    return min((at for at in found if at is not None), default=None)
