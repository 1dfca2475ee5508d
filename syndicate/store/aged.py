"""Former members that only grew too old: no longer shown, never withdrawn, and in the archives for good."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, case, select, update

from syndicate.store.memberships import AGED, RETURNED_AT
from syndicate.store.schema import memberships as t
from syndicate.store.tx import Tx

_GROW_OLD = (
    update(t)
    .where(t.c.feed == bindparam("the_feed"), t.c.article_key == bindparam("key"))
    .values(
        reentered_at=case((t.c.left_cause == AGED, t.c.reentered_at), else_=RETURNED_AT),
        left_cause=AGED,
        left_seq=bindparam("seq"),
        changed_seq=bindparam("seq"),
    )
)
_AGED_IN = select(t.c.feed).where(t.c.article_key == bindparam("key"), t.c.left_cause == AGED)
_AGED_OF = select(t.c.article_key).where(t.c.feed == bindparam("feed"), t.c.left_cause == AGED)


def grow_old(tx: Tx, rows: Sequence[dict[str, Any]]) -> None:
    """Note that former members, changed or back from a withdrawal, are too old: archives show them, as they are now."""
    tx.run_many(_GROW_OLD, rows)


def feeds_of(tx: Tx, key: int) -> frozenset[str]:
    """Return the feeds for which an article only grew too old."""
    return frozenset(tx.run(_AGED_IN, {"key": key}).scalars())


def of_feed(tx: Tx, feed: str) -> frozenset[int]:
    """Return what only grew too old for a feed."""
    return frozenset(tx.run(_AGED_OF, {"feed": feed}).scalars())
