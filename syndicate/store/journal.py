"""The journal: appended to, never changed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, bindparam, insert, select, update

from syndicate.model.journal import JournalEntry, Kind
from syndicate.store.schema import counters
from syndicate.store.schema import journal as t
from syndicate.store.tx import Tx

_LAST_SEQ = select(counters.c.value).where(counters.c.name == "seq")
_INSERT = insert(t)
_COLUMNS = (t.c.seq, t.c.article_id, t.c.revision, t.c.kind, t.c.at, t.c.actor, t.c.reason)
_AFTER = select(*_COLUMNS).where(t.c.seq > bindparam("seq")).order_by(t.c.seq).limit(bindparam("limit"))
_NEWEST = select(*_COLUMNS).where(t.c.seq < bindparam("before")).order_by(t.c.seq.desc()).limit(bindparam("limit"))
_OF_ARTICLE = select(*_COLUMNS).where(t.c.article_key == bindparam("key")).order_by(t.c.seq)


def append(tx: Tx, key: int, entry: JournalEntry) -> None:
    """Append what happened to the article with `key`."""
    tx.run(_INSERT, {"article_key": key} | vars(entry) | {"kind": entry.kind.value})


def erase_reasons(tx: Tx, key: int) -> None:
    """Remove the words of an article's rows; what happened, and when, stays."""
    tx.run(update(t).where(t.c.article_key == key).values(reason=None))


def _entry(row: Row[*tuple[Any, ...]]) -> JournalEntry:
    values = dict(row._mapping)
    values["kind"] = Kind(values["kind"])
    return JournalEntry(**values)


def last_seq(tx: Tx) -> int:
    """Return the `seq` allotted last: whatever has one up to it is visible here."""
    return int(tx.run(_LAST_SEQ).scalar_one())


def after(tx: Tx, seq: int, *, limit: int) -> tuple[JournalEntry, ...]:
    """Return rows later than `seq`, oldest first."""
    return tuple(_entry(row) for row in tx.run(_AFTER, {"seq": seq, "limit": limit}))


def newest(tx: Tx, *, before: int, limit: int) -> tuple[JournalEntry, ...]:
    """Return rows earlier than `before`, newest first."""
    return tuple(_entry(row) for row in tx.run(_NEWEST, {"before": before, "limit": limit}))


def of_article(tx: Tx, key: int) -> tuple[JournalEntry, ...]:
    return tuple(_entry(row) for row in tx.run(_OF_ARTICLE, {"key": key}))
