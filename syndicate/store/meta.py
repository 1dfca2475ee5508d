"""Single facts of a database: its epoch, whether the service is halted."""

from __future__ import annotations

from sqlalchemy import bindparam, delete, insert, select

from syndicate.store.schema import meta as t
from syndicate.store.tx import Tx

_GET = select(t.c.value).where(t.c.name == bindparam("name"))


def get(tx: Tx, name: str) -> str | None:
    return tx.run(_GET, {"name": name}).scalar()


def put(tx: Tx, name: str, value: str) -> None:
    remove(tx, name)
    tx.run(insert(t), {"name": name, "value": value})


def remove(tx: Tx, name: str) -> None:
    tx.run(delete(t).where(t.c.name == name))
