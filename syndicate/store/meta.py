"""Single facts of a database: its epoch, whether the service is halted."""

from __future__ import annotations

from sqlalchemy import bindparam, delete, insert, select

from syndicate.store.schema import meta as t
from syndicate.store.tx import Tx

_GET = select(t.c.value).where(t.c.name == bindparam("name"))
# Two names as they are: a list of any length would be made into a statement anew each time.
_EITHER = select(t.c.name).where(t.c.name.in_((bindparam("one"), bindparam("other")))).limit(1)


def get(tx: Tx, name: str) -> str | None:
    return tx.run(_GET, {"name": name}).scalar()


def either(tx: Tx, one: str, other: str) -> bool:
    """Tell whether one of two facts is set."""
    return tx.run(_EITHER, {"one": one, "other": other}).first() is not None


def put(tx: Tx, name: str, value: str) -> None:
    remove(tx, name)
    tx.run(insert(t), {"name": name, "value": value})


def remove(tx: Tx, name: str) -> None:
    tx.run(delete(t).where(t.c.name == name))
