"""Audits: what copies are to be read back, and what they showed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, case, exists, select, update

from syndicate.model.copy_page import Shows
from syndicate.model.delivery import Evidence, Holding
from syndicate.store.columns import At, fixed
from syndicate.store.schema import articles
from syndicate.store.schema import copies as t
from syndicate.store.schema import deliveries as d
from syndicate.store.tx import Tx

_READ = (Shows.NEWEST, Shows.OLDER, Shows.STILL_UP, Shows.GONE)
_UNSENT = exists().where(
    d.c.partner == t.c.partner, d.c.article_key == t.c.article_key, d.c.state.in_([fixed("waiting"), fixed("sending")])
)
_LISTED = (
    select(
        t.c.article_key,
        t.c.article_id,
        t.c.holding,
        t.c.revision,
        t.c.seq,
        t.c.url,
        t.c.audit,
        articles.c.status,
        _UNSENT,
    )
    .select_from(t.join(articles, articles.c.key == t.c.article_key))
    .where(t.c.partner == bindparam("partner"), t.c.holding != fixed(Holding.NONE.value))
    # What should be gone first: that it is still up is the worst that can be found.
    .order_by(case((articles.c.status == "published", 1), else_=0), t.c.changed_at.desc(), t.c.article_key.desc())
    .limit(bindparam("limit"))
)
_MINE = (t.c.partner == bindparam("the_partner"), t.c.article_key == bindparam("key"))
_AS_KNOWN = (
    t.c.holding == bindparam("new_holding"),
    t.c.revision == bindparam("new_revision"),
    t.c.unsure_revision.is_(None),
)
_NOTE = update(t).where(*_MINE).values(audited_at=bindparam("at"), audit=bindparam("found"))
_SETTLE = (
    update(t)
    # What a delivery brings meanwhile is newer than what was seen.
    .where(
        *_MINE,
        t.c.seq == bindparam("seen_seq"),
        t.c.holding == bindparam("seen_holding"),
        ~exists().where(d.c.partner == t.c.partner, d.c.article_key == t.c.article_key, d.c.state == fixed("sending")),
    )
    .values(
        holding=bindparam("new_holding"),
        revision=bindparam("new_revision"),
        unsure_revision=None,
        evidence=fixed(Evidence.VERIFIED.value),
        # That it was looked at changes nothing: since when it holds that is kept.
        changed_at=case((and_(*_AS_KNOWN), t.c.changed_at), else_=bindparam("at", type_=At())),
    )
)


@dataclass(frozen=True)
class Listed:
    """A copy to read back. `is_settled`: nothing of it is on its way to the partner.

    `was_read`: the audit before told what its page showed.
    """

    key: int
    article_id: str
    holding: Holding
    revision: int
    seq: int
    url: str | None
    is_published: bool
    is_settled: bool
    was_read: bool


def to_audit(tx: Tx, partner: str, *, limit: int) -> tuple[Listed, ...]:
    """Return a partner's copies, those of withdrawn articles first, then the last changed."""
    return tuple(
        Listed(
            key, article_id, Holding(holding), revision, seq, url, status == "published", not unsent, _was_read(audit)
        )
        for key, article_id, holding, revision, seq, url, audit, status, unsent in tx.run(
            _LISTED, {"partner": partner, "limit": limit}
        )
    )


def _was_read(audit: str | None) -> bool:
    return audit is not None and json.loads(audit).get("shows") in _READ


def note(tx: Tx, partner: str, key: int, found: Mapping[str, Any], *, at: datetime) -> None:
    """Keep with a copy what reading it back showed."""
    text = json.dumps(found, ensure_ascii=False, sort_keys=True)
    tx.run(_NOTE, {"the_partner": partner, "key": key, "at": at, "found": text})


def settle(tx: Tx, partner: str, listed: Listed, holding: Holding, revision: int, *, at: datetime) -> None:
    """Write what a copy was seen to hold, unless it has changed since it was listed."""
    seen = {"the_partner": partner, "key": listed.key, "seen_seq": listed.seq, "seen_holding": listed.holding.value}
    tx.run(_SETTLE, seen | {"new_holding": holding.value, "new_revision": revision, "at": at})
