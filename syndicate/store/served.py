"""Served editions: which bytes of a feed left, and when they first did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from syndicate.store.schema_polling import served_editions as t
from syndicate.store.tx import Tx

# Every process that serves the same edition tells of it; the first word counts.
_ADD = {
    "sqlite": sqlite.insert(t).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(t).on_conflict_do_nothing(),
}
_KNOWN = (
    select(t)
    .where(t.c.feed == bindparam("feed"), t.c.format == bindparam("format"), t.c.seq == bindparam("seq"))
    .order_by(t.c.first_at)
)
_BY_DIGEST = select(t).where(
    t.c.feed == bindparam("feed"), t.c.format == bindparam("format"), t.c.digest == bindparam("digest")
)
# Hexadecimal digits end before "g".
_LIKE = (
    select(t.c.digest)
    .where(
        t.c.feed == bindparam("feed"),
        t.c.format == bindparam("format"),
        t.c.digest >= bindparam("first"),
        t.c.digest < bindparam("last"),
    )
    .limit(1)
)
_OLDEST = select(t.c.feed, t.c.format, t.c.digest).where(t.c.first_at < bindparam("before")).limit(bindparam("limit"))


@dataclass(frozen=True)
class Served:
    """An edition that left: `digest` is the SHA-256 of its bytes before any coding, in hexadecimal."""

    feed: str
    format: str
    digest: str
    seq: int
    first_at: datetime


def add(tx: Tx, served: Sequence[Served]) -> None:
    """Note editions; one that is known stays as it is."""
    tx.run_many(_ADD[tx.connection.dialect.name], [asdict(each) for each in served])


def by_digest(tx: Tx, feed: str, format_name: str, digest: str) -> Served | None:
    row = tx.run(_BY_DIGEST, {"feed": feed, "format": format_name, "digest": digest}).first()
    return None if row is None else Served(*row)


def is_known(tx: Tx, feed: str, format_name: str, beginning: str) -> bool:
    """Say whether an edition left whose digest begins like this."""
    parameters = {"feed": feed, "format": format_name, "first": beginning, "last": f"{beginning}g"}
    return tx.run(_LIKE, parameters).first() is not None


def of_seq(tx: Tx, feed: str, format_name: str, seq: int) -> tuple[Served, ...]:
    """Return what left of a feed while `seq` was that of its last change."""
    return tuple(Served(*row) for row in tx.run(_KNOWN, {"feed": feed, "format": format_name, "seq": seq}))


def forget(tx: Tx, *, before: datetime, limit: int) -> int:
    """Remove what first left before then; returns how many rows went."""
    old = _OLDEST.subquery()
    same = (t.c.feed == old.c.feed) & (t.c.format == old.c.format) & (t.c.digest == old.c.digest)
    statement = delete(t).where(select(old.c.digest).where(same).exists())
    return tx.run(statement, {"before": before, "limit": limit}).rowcount
