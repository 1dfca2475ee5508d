"""What was: the journal and the revisions, read as of one of its rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Executable, Row, and_, bindparam, case, select

from syndicate.model.journal import Kind
from syndicate.policy.spells import Spell
from syndicate.store.schema import articles as a
from syndicate.store.schema import journal as j
from syndicate.store.schema import memberships as m
from syndicate.store.schema import revisions as r
from syndicate.store.tx import Tx

_later = j.alias("later")
_record_then = and_(r.c.article_key == j.c.article_key, r.c.revision == j.c.revision)
_COLUMNS = (
    j.c.article_key.label("key"),
    j.c.article_id,
    j.c.seq,
    j.c.at,
    j.c.kind,
    j.c.revision,
    r.c.record,
    a.c.upstream,
    a.c.released_at,
    # What was said of an earlier withdrawal is not kept.
    case((a.c.seq == j.c.seq, a.c.public_note)).label("public_note"),
    a.c.url,
    a.c.slug,
)
_ROWS = select(*_COLUMNS).select_from(j.join(a, a.c.key == j.c.article_key).outerjoin(r, _record_then))
_STANDING = (
    _ROWS.where(
        j.c.seq < bindparam("below"),
        ~select(_later.c.seq)
        .where(_later.c.article_key == j.c.article_key, _later.c.seq > j.c.seq, _later.c.seq <= bindparam("seq"))
        .exists(),
    )
    .order_by(j.c.seq.desc())
    .limit(bindparam("limit"))
)
_OF_ARTICLE = _ROWS.where(j.c.article_key == bindparam("key"), j.c.seq <= bindparam("seq")).order_by(j.c.seq)
_FIRST = select(j.c.seq, j.c.at).order_by(j.c.seq).limit(1)
_AT_OR_BELOW = select(j.c.seq, j.c.at).where(j.c.seq <= bindparam("seq")).order_by(j.c.seq.desc()).limit(1)
_LEFT = (
    select(m.c.article_key, m.c.left_seq, m.c.left_at, m.c.left_cause, m.c.published_at)
    .where(m.c.feed == bindparam("feed"), m.c.left_seq.is_not(None), m.c.left_seq <= bindparam("seq"))
    .order_by(m.c.left_seq.desc())
    .limit(bindparam("limit"))
)


@dataclass(frozen=True)
class Then:
    """An article as one row of the journal left it; `record` is None once it was erased.

    `public_note` is that of the withdrawal in force still.
    """

    key: int
    article_id: str
    seq: int
    at: datetime
    kind: Kind
    revision: int
    record: str | None
    upstream: str | None
    released_at: datetime | None
    public_note: str | None
    url: str | None
    slug: str

    @property
    def visible(self) -> bool:
        return self.kind not in (Kind.RETRACTED, Kind.EXPIRED)


def standing(tx: Tx, seq: int, *, below: int, limit: int) -> tuple[Then, ...]:
    """Return how articles stood after row `seq` of the journal: those last changed before row `below`, newest first."""
    return _rows(tx, _STANDING, seq=seq, below=below, limit=limit)


def of_article(tx: Tx, key: int, seq: int) -> tuple[Then, ...]:
    """Return what happened to an article up to row `seq` of the journal, oldest first."""
    return _rows(tx, _OF_ARTICLE, key=key, seq=seq)


def _rows(tx: Tx, statement: Executable, **parameters: Any) -> tuple[Then, ...]:
    return tuple(_then(row) for row in tx.run(statement, parameters))


def _then(row: Row[*tuple[Any, ...]]) -> Then:
    values = dict(row._mapping)
    values["kind"] = Kind(values["kind"])
    return Then(**values)


def first(tx: Tx) -> tuple[int, datetime] | None:
    """Return seq and time of the journal's first row."""
    row = tx.run(_FIRST).first()
    return None if row is None else (row.seq, row.at)


def at_or_below(tx: Tx, seq: int) -> tuple[int, datetime] | None:
    """Return seq and time of the journal's newest row up to `seq`."""
    row = tx.run(_AT_OR_BELOW, {"seq": seq}).first()
    return None if row is None else (row.seq, row.at)


def left_by(tx: Tx, feed: str, seq: int, *, limit: int) -> dict[int, tuple[Spell, datetime]]:
    """Return by key who left a feed by then and is out of it since, the last first; with when it was published."""
    rows = tx.run(_LEFT, {"feed": feed, "seq": seq, "limit": limit})
    return {
        key: (Spell(member=False, seq=left, at=at, aged=cause == "aged"), published_at)
        for key, left, at, cause, published_at in rows
    }
