"""What stood between articles and the feeds that select them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, select

from syndicate.model.finding import Finding
from syndicate.store.schema_polling import feed_findings as t
from syndicate.store.tx import Tx

_FORGET = delete(t).where(t.c.feed == bindparam("the_feed"), t.c.article_key == bindparam("key"))
_LISTING = (
    select(t.c.feed, t.c.article_key, t.c.article_id, t.c.refused, t.c.findings, t.c.at)
    .where(t.c.feed == bindparam("the_feed"), t.c.article_key > bindparam("after"))
    .order_by(t.c.article_key)
    .limit(bindparam("limit"))
)
_REFUSED = select(t.c.feed, func.count()).where(t.c.refused == 1).group_by(t.c.feed)


@dataclass(frozen=True)
class Judged:
    """What was found in an article's way to one feed; `refused` says that it stays out."""

    feed: str
    key: int
    article_id: str
    refused: bool
    findings: tuple[Finding, ...]
    at: datetime


def row(feed: str, key: int, article_id: str, findings: Sequence[Finding], *, at: datetime) -> dict[str, Any]:
    """Return the row of what was found in one article."""
    return {
        "feed": feed,
        "article_key": key,
        "article_id": article_id,
        "refused": int(any(each.refuses for each in findings)),
        "findings": json.dumps([asdict(each) for each in findings]),
        "at": at,
    }


def add(tx: Tx, rows: Sequence[dict[str, Any]]) -> None:
    tx.run_many(insert(t), rows)


def forget(tx: Tx, rows: Sequence[dict[str, Any]]) -> None:
    """Remove what was found in articles for feeds: the_feed, key."""
    tx.run_many(_FORGET, rows)


def forget_feed(tx: Tx, feed: str) -> None:
    """Remove what was found in any article for a feed."""
    tx.run(delete(t).where(t.c.feed == feed))


def listing(tx: Tx, feed: str, *, after: int, limit: int) -> tuple[Judged, ...]:
    """Return what was found for a feed, by article key, beginning behind `after`."""
    rows = tx.run(_LISTING, {"the_feed": feed, "after": after, "limit": limit})
    return tuple(
        Judged(slug, key, article_id, bool(out), tuple(Finding(**each) for each in json.loads(found)), at)
        for slug, key, article_id, out, found, at in rows
    )


def refused_by_feed(tx: Tx) -> dict[str, int]:
    """Count the articles that each feed's gate keeps out."""
    rows: list[tuple[str, int]] = [(feed, number) for feed, number in tx.run(_REFUSED)]
    return dict(rows)
