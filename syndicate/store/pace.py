"""How many changes that partners are owed came in the last hour: what the brake looks at."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, delete, func, insert, select, update

from syndicate.store.schema_alerts import pace as t
from syndicate.store.tx import Tx

HOUR = 60
_COUNT = update(t).where(t.c.minute == bindparam("the_minute")).values(changes=t.c.changes + 1)
_WITHIN = select(func.sum(t.c.changes)).where(t.c.minute > bindparam("after"))


def count(tx: Tx, *, at: datetime) -> None:
    """Count one change; after `tx.next_seq()`, so that no other process counts at the same time."""
    minute = _minute(at)
    if tx.run(_COUNT, {"the_minute": minute}).rowcount == 0:
        tx.run(insert(t), {"minute": minute, "changes": 1})


def within_the_hour(tx: Tx, *, now: datetime) -> int:
    """Return how many changes were counted in the hour before `now`."""
    return int(tx.run(_WITHIN, {"after": _minute(now) - HOUR}).scalar() or 0)


def forget(tx: Tx, *, before: datetime) -> None:
    tx.run(delete(t).where(t.c.minute < _minute(before)))


def start_anew(tx: Tx) -> None:
    """Forget every count."""
    tx.run(delete(t))


def _minute(at: datetime) -> int:
    return int(at.timestamp()) // 60
