"""What was: the journal and the revisions, read as of one of its rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Executable, Row, and_, bindparam, case, func, or_, select, type_coerce

from syndicate.model.journal import Kind
from syndicate.policy.spells import Spell
from syndicate.store.columns import At
from syndicate.store.memberships import WAS_WITHDRAWN
from syndicate.store.schema import articles as a
from syndicate.store.schema import attempts
from syndicate.store.schema import deliveries as d
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
    select(m.c.article_key, m.c.left_seq, m.c.left_at, m.c.published_at)
    .where(m.c.feed == bindparam("feed"), WAS_WITHDRAWN, m.c.left_seq <= bindparam("seq"))
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
    """Return by key who was withdrawn from a feed by then and since, the last first; with when it was published."""
    rows = tx.run(_LEFT, {"feed": feed, "seq": seq, "limit": limit})
    return {
        key: (Spell(member=False, seq=left, at=at, dated_at=at), published_at) for key, left, at, published_at in rows
    }


_LAST_ORDINAL = select(func.max(m.c.ordinal)).where(m.c.feed == bindparam("feed"), m.c.entered_seq <= bindparam("seq"))
_ORDINALS = select(m.c.article_key, m.c.ordinal).where(
    m.c.feed == bindparam("feed"), m.c.ordinal > bindparam("after"), m.c.ordinal <= bindparam("upto")
)


def last_ordinal(tx: Tx, feed: str, seq: int) -> int:
    """Return how many articles had ever entered a feed by then."""
    return int(tx.run(_LAST_ORDINAL, {"feed": feed, "seq": seq}).scalar() or 0)


def ordinals(tx: Tx, feed: str, *, after: int, upto: int) -> dict[int, int]:
    """Return by key the articles that entered a feed as those numbers."""
    rows = tx.run(_ORDINALS, {"feed": feed, "after": after, "upto": upto})
    return {row.article_key: row.ordinal for row in rows}


@dataclass(frozen=True)
class Had:
    """What a partner had of an article: the last delivery it took; a retraction means that it was gone."""

    article_id: str
    revision: int
    seq: int
    type: str
    taken_at: datetime
    delivery_id: str


_accepted_at = (
    select(func.max(attempts.c.at))
    .where(attempts.c.delivery_id == d.c.id, attempts.c.outcome == "accepted", attempts.c.at <= bindparam("at"))
    .scalar_subquery()
)
# A delivery may have been asked for again since: then its attempts still say when it was first taken.
_taken_at = func.coalesce(_accepted_at, case((d.c.finished_at <= bindparam("at"), d.c.finished_at)))
_TAKEN = (
    select(d.c.article_id, d.c.revision, d.c.seq, d.c.type, type_coerce(_taken_at, At).label("taken_at"), d.c.id)
    .where(
        d.c.partner == bindparam("partner"),
        d.c.created_at <= bindparam("at"),
        or_(_accepted_at.is_not(None), and_(d.c.state == "delivered", d.c.finished_at <= bindparam("at"))),
    )
    .order_by(d.c.created_at.desc(), d.c.id.desc())
)


def taken(tx: Tx, partner: str, at: datetime, *, limit: int) -> tuple[Had, ...]:
    """Return what a partner had taken by then, each article once at the newest, the last made first."""
    found: dict[str, Had] = {}
    for row in tx.run(_TAKEN, {"partner": partner, "at": at}):
        had = Had(*row)
        if (known := found.get(had.article_id)) is None or known.seq < had.seq:
            found[had.article_id] = had
        if len(found) > limit:
            break
    return tuple(found.values())[:limit]
