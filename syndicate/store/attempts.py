"""Attempts: what every try at a delivery brought."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, delete, insert, select

from syndicate.model.delivery import Attempt
from syndicate.store.schema import attempts as a
from syndicate.store.tx import Tx


def of_delivery(tx: Tx, delivery_id: str) -> tuple[Attempt, ...]:
    columns = (a.c.number, a.c.at, a.c.duration_ms, a.c.outcome, a.c.status, a.c.answer)
    return tuple(
        Attempt(*row) for row in tx.run(select(*columns).where(a.c.delivery_id == delivery_id).order_by(a.c.number))
    )


def add(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write attempts: delivery_id, number, at, duration_ms, outcome, status, answer."""
    tx.run_many(insert(a), rows)


def prune(tx: Tx, rows: Sequence[tuple[str, int]]) -> None:
    """Keep the first attempt of a delivery and those from `number` on."""
    statement = delete(a).where(a.c.delivery_id == bindparam("the_id"), a.c.number > 1, a.c.number < bindparam("first"))
    tx.run_many(statement, [{"the_id": each, "first": number} for each, number in rows])
