"""Readers: who polls which feed, how often, and how well it behaves."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, case, delete, func, insert, select, update

from syndicate.model.readers import OTHERS, PARTNER_READER, Audience, Polls, Reader
from syndicate.store.columns import rows, rows_of
from syndicate.store.schema_polling import readers as t
from syndicate.store.tx import Tx

_THIS = and_(t.c.feed == bindparam("the_feed"), t.c.reader == bindparam("the_reader"))
_pair = rows_of("pairs").c.value
_KNOWN = select(t).where(t.c.feed == _pair[0].as_string(), t.c.reader == _pair[1].as_string())
_INSERT = insert(t)
_COUNT = (
    update(t)
    .where(_THIS)
    .values(
        service=bindparam("new_service"),
        subscribers=func.coalesce(bindparam("new_subscribers"), t.c.subscribers),
        polls=t.c.polls + bindparam("more_polls"),
        not_modified=t.c.not_modified + bindparam("more_not_modified"),
        unconditional=t.c.unconditional + bindparam("more_unconditional"),
        interval_seconds=bindparam("new_interval"),
        last_at=bindparam("at"),
        silent_since=None,
    )
)
_MISS = (
    update(t)
    .where(_THIS, t.c.silent_since.is_(None), t.c.last_at == bindparam("seen_at"))
    .values(silent_since=bindparam("at"))
)


def known(tx: Tx, names: Collection[tuple[str, str]]) -> dict[tuple[str, str], Reader]:
    """Return the readers we know of these (feed, reader)."""
    found = tx.run(_KNOWN, {"pairs": rows(names)})
    return {(row.feed, row.reader): _reader(row) for row in found}


def add(tx: Tx, polls: Sequence[Polls], *, at: datetime) -> None:
    """Write readers that come for the first time."""
    tx.run_many(
        _INSERT,
        [
            {
                "feed": each.feed,
                "reader": each.reader,
                "service": each.service,
                "subscribers": each.subscribers or 0,
                "polls": each.polls,
                "not_modified": each.not_modified,
                "unconditional": each.unconditional,
                "first_at": at,
                "last_at": at,
            }
            for each in polls
        ],
    )


def count(tx: Tx, polls: Sequence[tuple[Polls, int | None]], *, at: datetime) -> None:
    """Count what known readers did, each with its usual seconds between polls."""
    tx.run_many(
        _COUNT,
        [
            {
                "the_feed": each.feed,
                "the_reader": each.reader,
                "new_service": each.service,
                "new_subscribers": each.subscribers,
                "more_polls": each.polls,
                "more_not_modified": each.not_modified,
                "more_unconditional": each.unconditional,
                "new_interval": interval,
                "at": at,
            }
            for each, interval in polls
        ],
    )


def numbers(tx: Tx, feeds: Collection[str]) -> dict[str, int]:
    """Return how many readers are kept of these feeds."""
    statement = select(t.c.feed, func.count()).where(t.c.feed.in_(feeds)).group_by(t.c.feed)
    return {feed: number for feed, number in tx.run(statement)}  # noqa: C416  # a row is no pair to a type checker


def forget_least_recent(tx: Tx, feed: str, *, before: datetime, limit: int) -> int:
    """Remove readers of a feed that were not seen since then, the least recent first; returns how many went."""
    oldest = select(t.c.reader).where(t.c.feed == feed, t.c.reader != OTHERS, t.c.last_at < before)
    gone = oldest.order_by(t.c.last_at).limit(limit)
    return tx.run(delete(t).where(t.c.feed == feed, t.c.reader.in_(gone))).rowcount


def forget(tx: Tx, *, before: datetime) -> None:
    """Remove readers that were not seen since then; of a partner that is missed the memory stays."""
    tx.run(delete(t).where(t.c.last_at < before, t.c.reader != PARTNER_READER))


def of_feed(tx: Tx, feed: str, *, limit: int) -> tuple[Reader, ...]:
    """Return a feed's readers, those first that cost most: unconditional polls by the day."""
    share = t.c.unconditional * 1_000 / t.c.polls
    eagerness = func.coalesce(t.c.interval_seconds, 10**9)
    statement = select(t).where(t.c.feed == feed).order_by(share.desc(), eagerness, t.c.polls.desc(), t.c.reader)
    return tuple(_reader(row) for row in tx.run(statement.limit(limit)))


def partners(tx: Tx) -> tuple[Reader, ...]:
    """Return the partners that have polled their own feed."""
    return tuple(_reader(row) for row in tx.run(select(t).where(t.c.reader == PARTNER_READER)))


def miss(tx: Tx, reader: Reader, *, at: datetime) -> bool:
    """Note that a partner is missed; False where another process did, or where it came meanwhile."""
    parameters = {"the_feed": reader.feed, "the_reader": reader.reader, "seen_at": reader.last_at, "at": at}
    return tx.run(_MISS, parameters).rowcount > 0


def audiences(tx: Tx, *, subscribed_since: datetime) -> dict[str, Audience]:
    """Return the sums of each feed."""
    subscribers = func.sum(case((t.c.last_at >= subscribed_since, t.c.subscribers), else_=0))
    sums = (func.sum(t.c.polls), func.sum(t.c.not_modified), func.sum(t.c.unconditional))
    found = tx.run(select(t.c.feed, subscribers, func.count(), *sums).group_by(t.c.feed))
    return {feed: Audience(feed, *(int(number) for number in row)) for feed, *row in found}


def _reader(row: Any) -> Reader:
    interval = None if row.interval_seconds is None else timedelta(seconds=row.interval_seconds)
    values = row._mapping
    same = ("feed", "reader", "service", "subscribers", "polls", "not_modified", "unconditional", "first_at", "last_at")
    return Reader(**{name: values[name] for name in same}, interval=interval, silent_since=row.silent_since)
