"""Attempts: what every try at a delivery brought."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, and_, bindparam, cast, delete, insert, or_, select

from syndicate.model.delivery import Attempt
from syndicate.store.columns import rows, rows_of
from syndicate.store.schema import attempts as a
from syndicate.store.schema import deliveries as d
from syndicate.store.tx import Tx

_COLUMNS = ("delivery_id", "number", "at", "duration_ms", "outcome", "status", "answer", "payload_digest")
_each = rows_of("rows").c.value
_INSERT = insert(a).from_select(
    _COLUMNS,
    select(
        _each[0].as_string(),
        _each[1].as_integer(),
        cast(_each[2].as_string(), BigInteger),
        _each[3].as_integer(),
        _each[4].as_string(),
        _each[5].as_integer(),
        _each[6].as_string(),
        _each[7].as_string(),
    ),
)


def of_delivery(tx: Tx, delivery_id: str) -> tuple[Attempt, ...]:
    columns = (a.c.number, a.c.at, a.c.duration_ms, a.c.outcome, a.c.status, a.c.answer, a.c.payload_digest)
    return tuple(
        Attempt(*row) for row in tx.run(select(*columns).where(a.c.delivery_id == delivery_id).order_by(a.c.number))
    )


def add(tx: Tx, attempts: Sequence[Mapping[str, Any]]) -> None:
    """Write attempts: delivery_id, number, at, duration_ms, outcome, status, answer, payload_digest."""
    if attempts:
        tx.run(_INSERT, {"rows": rows([each[name] for name in _COLUMNS] for each in attempts)})


def prune(tx: Tx, kept_from: Sequence[tuple[str, int]]) -> None:
    """Keep the first attempt of a delivery and those from `number` on."""
    statement = delete(a).where(a.c.delivery_id == bindparam("the_id"), a.c.number > 1, a.c.number < bindparam("first"))
    tx.run_many(statement, [{"the_id": each, "first": number} for each, number in kept_from])


def forget_of_finished(
    tx: Tx, *, after: tuple[datetime, str], before: datetime, limit: int
) -> tuple[datetime, str] | None:
    """Remove the attempts of the next deliveries that ended before then, in the order they ended; never of one owed.

    Returns the end and id of the last delivery, to go on from; None when there is no more.
    """
    at, last_id = after
    later = or_(d.c.finished_at > at, and_(d.c.finished_at == at, d.c.id > last_id))
    ended = select(d.c.finished_at, d.c.id).where(d.c.finished_at >= at, d.c.finished_at < before, later)
    rows = [(row.finished_at, row.id) for row in tx.run(ended.order_by(d.c.finished_at, d.c.id).limit(limit))]
    tx.run(delete(a).where(a.c.delivery_id.in_([each for _, each in rows])))
    return rows[-1] if rows else None
