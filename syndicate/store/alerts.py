"""Alerts as they are remembered, and the facts they are made from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, bindparam, delete, func, insert, literal, or_, select

from syndicate.model.alerts import Alert, AlertKind
from syndicate.model.delivery import EventType, Holding
from syndicate.store.columns import fixed
from syndicate.store.memberships import WAS_WITHDRAWN
from syndicate.store.schema import copies as c
from syndicate.store.schema import deliveries as d
from syndicate.store.schema import memberships as m
from syndicate.store.schema import upstream_articles as u
from syndicate.store.schema_alerts import alerts as t
from syndicate.store.tx import Tx

_ALL = select(t).order_by(t.c.since, t.c.kind, t.c.subject)
_WAITING = (
    select(d.c.partner, func.count(), func.max(d.c.attempts), func.min(d.c.due_at))
    .where(d.c.state == fixed("waiting"))
    .group_by(d.c.partner)
)
_GIVEN_UP = (
    select(d.c.partner, func.count())
    .where(d.c.finished_at >= bindparam("since"), d.c.state == fixed("failed"))
    .group_by(d.c.partner)
)
_may_hold = or_(
    c.c.holding.in_((Holding.HELD.value, Holding.POSSIBLE.value)),
    c.c.unsure_revision.is_not(None),
)
# Waiting, on its way, or given up: each state has an index that begins with the partner.
_UNHEEDED = (
    select(d.c.article_id, d.c.owed_at)
    .select_from(d.join(c, and_(c.c.partner == d.c.partner, c.c.article_key == d.c.article_key)))
    .where(
        d.c.partner == bindparam("partner"),
        d.c.state.in_(("waiting", "sending", "failed")),
        d.c.type == literal(EventType.RETRACTED.value),
        d.c.owed_at <= bindparam("before"),
        d.c.seq > c.c.seq,
        _may_hold,
    )
    .order_by(d.c.owed_at)
    .limit(bindparam("limit"))
)
# Out of its own feed, and not fetched: its copy says less than what left.
_UNFETCHED = (
    select(m.c.article_id, m.c.left_at)
    .select_from(m.join(c, and_(c.c.partner == bindparam("partner"), c.c.article_key == m.c.article_key)))
    .where(
        m.c.feed == bindparam("feed"),
        WAS_WITHDRAWN,
        m.c.left_at <= bindparam("before"),
        c.c.seq < m.c.left_seq,
        _may_hold,
    )
    .order_by(m.c.left_at)
    .limit(bindparam("limit"))
)
_LAST_HEARD = select(func.max(u.c.at)).where(u.c.upstream == bindparam("upstream"))


@dataclass(frozen=True)
class Waiting:
    """What waits for one partner: how much, the most tries of one of them, and when the first falls, or fell, due."""

    number: int
    tries: int
    due_at: datetime


def remembered(tx: Tx) -> tuple[Alert, ...]:
    return tuple(_alert(row) for row in tx.run_locking(_ALL))


def _alert(row: Row[*tuple[Any, ...]]) -> Alert:
    values = dict(row._mapping)
    values["kind"] = AlertKind(values["kind"])
    values["told"] = frozenset(values["told"].split())
    values["told_end"] = frozenset(values["told_end"].split())
    return Alert(**values)


def forget(tx: Tx, gone: Iterable[Alert]) -> None:
    """Remove alerts."""
    for each in gone:
        tx.run(delete(t).where(t.c.kind == each.kind.value, t.c.subject == each.subject))


def add(tx: Tx, new: Iterable[Alert]) -> None:
    """Keep alerts that are not kept yet."""
    sets = ("told", "told_end")
    rows = [
        vars(each) | {"kind": each.kind.value} | {n: " ".join(sorted(getattr(each, n))) for n in sets} for each in new
    ]
    tx.run_many(insert(t), rows)


def waiting(tx: Tx) -> dict[str, Waiting]:
    """Return what waits, by partner."""
    return {partner: Waiting(number, tries, due_at) for partner, number, tries, due_at in tx.run(_WAITING)}


def given_up(tx: Tx, *, since: datetime) -> dict[str, int]:
    """Return how many deliveries were given up since then, by partner."""
    return dict(tx.run(_GIVEN_UP, {"since": since}).all())


def unheeded(tx: Tx, partner: str, *, before: datetime, limit: int) -> tuple[tuple[str, datetime], ...]:
    """Return the articles whose retraction a partner is owed since before then, oldest first."""
    rows = tx.run(_UNHEEDED, {"partner": partner, "before": before, "limit": limit})
    return tuple((article_id, since) for article_id, since in rows)


def unfetched(tx: Tx, partner: str, feed: str, *, before: datetime, limit: int) -> tuple[tuple[str, datetime], ...]:
    """Return the articles that left a polled partner's own feed before then and that it may show still."""
    rows = tx.run(_UNFETCHED, {"partner": partner, "feed": feed, "before": before, "limit": limit})
    return tuple((article_id, since) for article_id, since in rows)


def last_heard(tx: Tx, upstream: str) -> datetime | None:
    """Return when an upstream last pushed something."""
    at: datetime | None = tx.run(_LAST_HEARD, {"upstream": upstream}).scalar()
    return at
