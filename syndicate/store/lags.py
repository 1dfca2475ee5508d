"""How long polled partners take from what they are offered to fetching it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, bindparam, case, select

from syndicate.store.schema import copies as c
from syndicate.store.schema import memberships as t
from syndicate.store.tx import Tx

# A copy that is as new as the offer was fetched when it last changed: fetching the same again changes nothing.
_LATEST = (
    select(t.c.offered_at, case((c.c.seq >= t.c.changed_seq, c.c.changed_at)))
    .select_from(t.outerjoin(c, and_(c.c.article_key == t.c.article_key, c.c.partner == bindparam("partner"))))
    .where(t.c.feed == bindparam("feed"), t.c.left_seq.is_(None), t.c.offered_at >= bindparam("since"))
    .order_by(t.c.offered_at.desc())
    .limit(bindparam("limit"))
)


@dataclass(frozen=True)
class OfferTimes:
    """When a story was offered and when it was first fetched: None while it is not."""

    offered_at: datetime
    fetched_at: datetime | None


def latest(tx: Tx, feed: str, partner: str, *, since: datetime, limit: int) -> tuple[OfferTimes, ...]:
    """Return the newest offers to a partner, as they stand in its own feed."""
    parameters = {"feed": feed, "partner": partner, "since": since, "limit": limit}
    return tuple(OfferTimes(*row) for row in tx.run(_LATEST, parameters))
