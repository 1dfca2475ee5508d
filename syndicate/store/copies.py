"""Copies: who holds what, kept as long as the article."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, bindparam, func, insert, select, update

from syndicate.model.delivery import Copy, Evidence, Holding
from syndicate.store.schema import copies as t
from syndicate.store.tx import Tx

_OF_ARTICLE = select(t.c.partner, t.c.holding, t.c.unsure_revision).where(t.c.article_key == bindparam("key"))
_INSERT = insert(t)
_BEGIN = (
    update(t)
    .where(t.c.partner == bindparam("the_partner"), t.c.article_key == bindparam("key"))
    .values(unsure_revision=bindparam("revision_sent"), changed_at=bindparam("at"))
)
_TOOK = (
    update(t)
    .where(t.c.partner == bindparam("the_partner"), t.c.article_key == bindparam("key"))
    .values(
        holding=bindparam("new_holding"),
        revision=bindparam("new_revision"),
        seq=bindparam("new_seq"),
        unsure_revision=None,
        evidence=Evidence.ACKNOWLEDGED.value,
        url=func.coalesce(bindparam("new_url"), t.c.url),
        remote=func.coalesce(bindparam("new_remote"), t.c.remote),
        changed_at=bindparam("at"),
    )
)
_REFUSED = (
    update(t)
    .where(t.c.partner == bindparam("the_partner"), t.c.article_key == bindparam("key"))
    .values(holding=bindparam("new_holding"), unsure_revision=bindparam("new_unsure"), changed_at=bindparam("at"))
)


@dataclass(frozen=True)
class Held:
    """What matters of a copy when an article changes."""

    holding: Holding
    unsure: bool

    @property
    def begun(self) -> bool:
        """Tell whether the partner has the article or may have it."""
        return self.unsure or self.holding in (Holding.HELD, Holding.POSSIBLE)


def of_article(tx: Tx, key: int) -> dict[str, Held]:
    return {
        row.partner: Held(Holding(row.holding), row.unsure_revision is not None)
        for row in tx.run(_OF_ARTICLE, {"key": key})
    }


def was_offered(tx: Tx, partner: str, key: int) -> bool:
    """Tell whether an attempt ever began, whatever became of it."""
    return tx.run(select(t.c.partner).where(t.c.partner == partner, t.c.article_key == key)).first() is not None


def begin(tx: Tx, *, new: Sequence[Mapping[str, Any]], known: Sequence[Mapping[str, Any]]) -> None:
    """Note that attempts begin: from here on the partner may hold the revision.

    `new` rows: partner, article_key, article_id, unsure_revision, changed_at;
    `known` rows: the_partner, key, revision_sent, at.
    """
    blank = {"holding": "none", "revision": 0, "seq": 0, "evidence": None, "url": None, "remote": "{}", "note": None}
    tx.run_many(_INSERT, [blank | dict(row) for row in new])
    tx.run_many(_BEGIN, known)


def took(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write acknowledgements: the_partner, key, new_holding, new_revision, new_seq, new_url, new_remote, at."""
    tx.run_many(_TOOK, rows)


def refused(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write refusals: the_partner, key, new_holding, new_unsure, at."""
    tx.run_many(_REFUSED, rows)


def remember_remote(tx: Tx, partner: str, key: int, remote: Mapping[str, Any]) -> None:
    """Keep what a connector has done so far, in the middle of an attempt."""
    statement = update(t).where(t.c.partner == partner, t.c.article_key == key)
    tx.run(statement.values(remote=json.dumps(remote, sort_keys=True)))


def listing(
    tx: Tx, *, key: int | None, partner: str | None, limit: int, after: tuple[str, str] = ("", "")
) -> tuple[Copy, ...]:
    """Return copies by partner and article id."""
    statement = select(t).where((t.c.partner > after[0]) | ((t.c.partner == after[0]) & (t.c.article_id > after[1])))
    if key is not None:
        statement = statement.where(t.c.article_key == key)
    if partner is not None:
        statement = statement.where(t.c.partner == partner)
    return tuple(_copy(row._mapping) for row in tx.run(statement.order_by(t.c.partner, t.c.article_id).limit(limit)))


def _copy(values: RowMapping) -> Copy:
    unsure = values["unsure_revision"]
    holding = Holding(values["holding"])
    may_hold = unsure is not None and holding in (Holding.NONE, Holding.WITHDRAWN)
    return Copy(
        partner=values["partner"],
        article_id=values["article_id"],
        holding=Holding.POSSIBLE if may_hold else holding,
        revision=max(values["revision"], unsure or 0),
        seq=values["seq"],
        evidence=None if values["evidence"] is None else Evidence(values["evidence"]),
        url=values["url"],
        remote=json.loads(values["remote"]),
        changed_at=values["changed_at"],
        note=values["note"],
    )


def confirm_gone(tx: Tx, partner: str, key: int, *, note: str, at: datetime) -> bool:
    """Note that a person saw the copy gone; tells whether there was such a copy."""
    values = {
        "holding": Holding.WITHDRAWN.value,
        "unsure_revision": None,
        "evidence": Evidence.CONFIRMED.value,
        "note": note,
        "changed_at": at,
    }
    changed = tx.run(update(t).where(t.c.partner == partner, t.c.article_key == key).values(**values))
    return changed.rowcount > 0


def erase_notes(tx: Tx, key: int) -> None:
    """Remove what copies of an article say in words; who held what stays."""
    tx.run(update(t).where(t.c.article_key == key).values(note=None, remote="{}"))


def rename_partner(tx: Tx, old: str, new: str) -> None:
    tx.run(update(t).where(t.c.partner == old).values(partner=new))
