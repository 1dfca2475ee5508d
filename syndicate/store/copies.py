"""Copies: who holds what, kept as long as the article."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Boolean, RowMapping, bindparam, case, delete, exists, func, insert, literal, or_, select, update

from syndicate.model.delivery import Copy, EventType, Evidence, Holding
from syndicate.store.columns import At, fixed
from syndicate.store.schema import articles
from syndicate.store.schema import copies as t
from syndicate.store.schema import deliveries as d
from syndicate.store.tx import Tx

_OF_ARTICLE = select(t.c.partner, t.c.holding, t.c.unsure_revision, t.c.seq, t.c.by_hand).where(
    t.c.article_key == bindparam("key")
)
_these = d.c.id.in_(bindparam("ids", expanding=True))
_its_copy = (t.c.partner == d.c.partner, t.c.article_key == d.c.article_key)
_blank = {"holding": fixed("none"), "revision": literal(0), "seq": literal(0), "remote": fixed("{}")}
_BEGIN_FIRST = insert(t).from_select(
    ["partner", "article_key", "article_id", "unsure_revision", "changed_at", *_blank],
    select(d.c.partner, d.c.article_key, d.c.article_id, d.c.revision, bindparam("at", type_=At()), *_blank.values())
    .where(_these, ~select(t.c.partner).where(*_its_copy).exists()),
)  # fmt: skip
_BEGIN_AGAIN = update(t).where(*_its_copy, _these).values(unsure_revision=d.c.revision, changed_at=bindparam("at"))
_TOOK = (
    update(t)
    .where(*_its_copy, _these)
    .values(
        holding=case((d.c.type == EventType.RETRACTED.value, Holding.WITHDRAWN.value), else_=Holding.HELD.value),
        revision=d.c.revision,
        seq=d.c.seq,
        unsure_revision=None,
        evidence=Evidence.ACKNOWLEDGED.value,
        changed_at=bindparam("at"),
    )
)
_OFFER = insert(t).from_select(
    ["partner", "article_key", "article_id", "changed_at", *_blank],
    select(d.c.partner, d.c.article_key, d.c.article_id, bindparam("at", type_=At()), *_blank.values())
    .where(_these, ~select(t.c.partner).where(*_its_copy).exists()),
)  # fmt: skip
_FETCHED = (
    update(t)
    # Never back: another process may have answered with something newer meanwhile.
    .where(t.c.partner == bindparam("the_partner"), t.c.article_key == bindparam("key"), t.c.seq < bindparam("new_seq"))
    .values(
        holding=bindparam("new_holding"),
        revision=bindparam("new_revision"),
        seq=bindparam("new_seq"),
        unsure_revision=None,
        evidence=Evidence.FETCHED.value,
        changed_at=bindparam("at"),
    )
)
_REMEMBER = (
    update(t)
    .where(t.c.partner == bindparam("the_partner"), t.c.article_key == bindparam("key"))
    .values(
        url=func.coalesce(bindparam("new_url"), t.c.url),
        remote=func.coalesce(bindparam("new_remote"), t.c.remote),
    )
)
_REFUSED = (
    update(t)
    .where(
        t.c.partner == bindparam("the_partner"),
        t.c.article_key == bindparam("key"),
        # Of what is on its way a copy is unsure: where it is not, a person saw it gone meanwhile.
        or_(t.c.unsure_revision.is_not(None), bindparam("brings", type_=Boolean())),
    )
    .values(holding=bindparam("new_holding"), unsure_revision=bindparam("new_unsure"), changed_at=bindparam("at"))
)

_FORGET_OF_ERASED = (
    update(t)
    .where(
        t.c.article_key == bindparam("key"),
        t.c.holding.in_([fixed(Holding.NONE.value), fixed(Holding.WITHDRAWN.value)]),
        t.c.unsure_revision.is_(None),
        exists().where(articles.c.key == t.c.article_key, articles.c.erased_case.is_not(None)),
    )
    .values(remote=fixed("{}"))
)


class ByHand(StrEnum):
    """What an operator decided for one article at one partner, whatever the partner's selection says."""

    SENT = "sent"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Held:
    """What matters of a copy when an article changes."""

    holding: Holding
    unsure: bool
    seq: int = 0
    by_hand: ByHand | None = None

    @property
    def begun(self) -> bool:
        """Tell whether the partner has the article or may have it."""
        return self.unsure or self.holding in (Holding.HELD, Holding.POSSIBLE)


def of_article(tx: Tx, key: int) -> dict[str, Held]:
    return {
        row.partner: Held(
            Holding(row.holding), row.unsure_revision is not None, row.seq, ByHand(row.by_hand) if row.by_hand else None
        )
        for row in tx.run(_OF_ARTICLE, {"key": key})
    }


def decide_by_hand(tx: Tx, partner: str, key: int, article_id: str, decision: ByHand, *, at: datetime) -> None:
    """Note an operator's decision about one article at one partner."""
    where = (t.c.partner == partner, t.c.article_key == key)
    if tx.run(update(t).where(*where).values(by_hand=decision.value)).rowcount == 0:
        row = {"partner": partner, "article_key": key, "article_id": article_id, "changed_at": at}
        blank = {"holding": Holding.NONE.value, "revision": 0, "seq": 0, "remote": "{}"}
        tx.run(insert(t), row | blank | {"by_hand": decision.value})


def begun_of_withdrawn(tx: Tx, partner: str) -> tuple[int, ...]:
    """Return the articles a partner holds or may hold though they are published no more."""
    held = or_(t.c.holding.in_((Holding.HELD.value, Holding.POSSIBLE.value)), t.c.unsure_revision.is_not(None))
    statement = (
        select(t.c.article_key)
        .select_from(t.join(articles, articles.c.key == t.c.article_key))
        .where(t.c.partner == partner, held, articles.c.status != "published")
    )
    return tuple(tx.run(statement).scalars())


def begin_first(tx: Tx, delivery_ids: Sequence[str], *, at: datetime) -> None:
    """Note that first attempts begin at deliveries: from here on their partners may hold what they bring."""
    if delivery_ids:
        tx.run(_BEGIN_FIRST, {"ids": delivery_ids, "at": at})


def begin_again(tx: Tx, delivery_ids: Sequence[str], *, at: datetime) -> None:
    """Note that attempts begin at newer revisions of what their partners were offered before."""
    if delivery_ids:
        tx.run(_BEGIN_AGAIN, {"ids": delivery_ids, "at": at})


def took(tx: Tx, delivery_ids: Sequence[str], *, at: datetime) -> None:
    """Write that partners have taken these deliveries."""
    if delivery_ids:
        tx.run(_TOOK, {"ids": delivery_ids, "at": at})


def offer(tx: Tx, delivery_ids: Sequence[str], *, at: datetime) -> None:
    """Begin the copies of what polled partners are offered for the first time: they hold nothing of it yet."""
    if delivery_ids:
        tx.run(_OFFER, {"ids": delivery_ids, "at": at})


def fetched(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write what a partner is about to fetch: the_partner, key, new_holding, new_revision, new_seq, at."""
    tx.run_many(_FETCHED, rows)


def remember(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep what acknowledgements told, where not None: the_partner, key, new_url, new_remote."""
    tx.run_many(_REMEMBER, rows)


def refused(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write refusals: the_partner, key, new_holding, new_unsure, at; `brings` is False for those of retractions."""
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
        audited_at=values["audited_at"],
        audit=None if values["audit"] is None else json.loads(values["audit"]),
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
    tx.run(update(t).where(t.c.article_key == key).values(note=None))
    forget_of_erased(tx, [key])


def forget_of_erased(tx: Tx, keys: Sequence[int]) -> None:
    """Forget what connectors keep of copies that are gone, where the article is erased; others must yet be found."""
    tx.run_many(_FORGET_OF_ERASED, [{"key": key} for key in keys])


def rename_partner(tx: Tx, old: str, new: str) -> None:
    kept = select(t.c.article_key).where(t.c.partner == old).scalar_subquery()
    tx.run(delete(t).where(t.c.partner == new, t.c.article_key.in_(kept)))
    tx.run(update(t).where(t.c.partner == old).values(partner=new))
