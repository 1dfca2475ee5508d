"""Generations of what the files declare."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, insert, select

from syndicate.model.declarations import Declarations
from syndicate.store.schema import generations as t
from syndicate.store.tx import Tx


def newest_number(tx: Tx) -> int | None:
    number: int | None = tx.run(select(func.max(t.c.number))).scalar()
    return number


def newest_at(tx: Tx) -> datetime:
    """Return when what is in force was adopted."""
    adopted: datetime = tx.run(select(t.c.at).order_by(t.c.number.desc()).limit(1)).scalar_one()
    return adopted


def add(tx: Tx, declarations: Declarations, *, at: datetime) -> int:
    """Put `declarations` in force for every later transaction; returns their number."""
    statement = insert(t).returning(t.c.number)
    number = int(tx.run(statement, {"declared": declarations.model_dump_json(), "at": at}).scalar_one())
    tx.forget_generation()
    tx.effects.generation = number
    return number
