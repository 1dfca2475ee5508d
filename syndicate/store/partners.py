"""What the database remembers of partners: their health."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import bindparam, delete, insert, select, update

from syndicate.store.schema import partners as t
from syndicate.store.tx import Tx

_HEALTHS = select(t.c.name, t.c.health).where(t.c.name.in_(bindparam("names", expanding=True))).order_by(t.c.name)
_SET = (
    update(t).where(t.c.name == bindparam("partner")).values(health=bindparam("new_health"), changed_at=bindparam("at"))
)


def healths(tx: Tx, names: Collection[str]) -> dict[str, str]:
    """Return the health of those partners that have had an outcome, as JSON by name."""
    return dict(tx.run(_HEALTHS, {"names": list(names)}).all())


def healths_to_change(tx: Tx, names: Collection[str]) -> dict[str, str]:
    """Return what `healths` does, in the order of names, and let nobody else change it until the commit."""
    return dict(tx.run_locking(_HEALTHS, {"names": list(names)}).all())


def set_health(tx: Tx, partner: str, value: str, *, at: datetime) -> None:
    if tx.run(_SET, {"partner": partner, "new_health": value, "at": at}).rowcount == 0:
        tx.run(insert(t), {"name": partner, "health": value, "changed_at": at})


def rename(tx: Tx, old: str, new: str) -> None:
    tx.run(delete(t).where(t.c.name == new))
    tx.run(update(t).where(t.c.name == old).values(name=new))
