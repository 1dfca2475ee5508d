"""What a partner got in a time: what it acknowledged, and what it fetched."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, bindparam, case, func, literal_column, or_, select

from syndicate.model.delivery import EventType, Evidence, Holding
from syndicate.store.columns import fixed
from syndicate.store.schema import articles, copies, journal, revisions
from syndicate.store.schema import deliveries as d
from syndicate.store.tx import Tx

_copy = and_(copies.c.partner == d.c.partner, copies.c.article_key == d.c.article_key)
_SEEN = (Evidence.FETCHED.value, Evidence.VERIFIED.value)
_is_gone = d.c.type == EventType.RETRACTED.value
_has_gone = copies.c.holding == Holding.WITHDRAWN.value
# What the copy says counts for the revision it is of; of an earlier one we know what the delivery tells.
_is_copy = and_(copies.c.revision == d.c.revision, _is_gone == _has_gone, copies.c.evidence.in_(_SEEN))
_got_at = case((_is_copy, copies.c.changed_at), else_=d.c.finished_at)
_record = func.coalesce(revisions.c.record, articles.c.record)
_IN_TIME = and_(_got_at >= bindparam("start"), _got_at < bindparam("end"))
_DELIVERED = (
    select(
        d.c.article_key,
        d.c.article_id,
        d.c.revision,
        d.c.type,
        d.c.cause,
        _got_at,
        case((_is_copy, copies.c.evidence)),
        case((~_is_gone, copies.c.url)),
        func.coalesce(journal.c.at, d.c.created_at),
        _record,
    )
    .select_from(
        d.join(articles, articles.c.key == d.c.article_key)
        .outerjoin(copies, _copy)
        .outerjoin(revisions, and_(revisions.c.article_key == d.c.article_key, revisions.c.revision == d.c.revision))
        .outerjoin(journal, and_(journal.c.seq == d.c.seq, journal.c.article_key == d.c.article_key))
    )
    .where(d.c.partner == bindparam("partner"), d.c.state == fixed("delivered"), _IN_TIME)
)
_the_delivery = (
    select(literal_column("1"))
    .where(
        d.c.partner == copies.c.partner,
        d.c.article_key == copies.c.article_key,
        d.c.revision == copies.c.revision,
        d.c.state == fixed("delivered"),
        _is_gone == _has_gone,
    )
    .exists()
)
_LEFT_OVER = (
    select(
        copies.c.article_key,
        copies.c.article_id,
        copies.c.revision,
        copies.c.holding,
        copies.c.changed_at,
        copies.c.evidence,
        copies.c.url,
        _record,
    )
    .select_from(
        copies.join(articles, articles.c.key == copies.c.article_key).outerjoin(
            revisions,
            and_(revisions.c.article_key == copies.c.article_key, revisions.c.revision == copies.c.revision),
        )
    )
    .where(
        copies.c.partner == bindparam("partner"),
        copies.c.evidence.is_not(None),
        or_(copies.c.holding == Holding.HELD.value, _has_gone),
        copies.c.changed_at >= bindparam("start"),
        copies.c.changed_at < bindparam("end"),
        ~_the_delivery,
    )
)


@dataclass(frozen=True)
class HandedOver:
    """One revision, or the word that an article is gone, as it reached a partner.

    `type` is None where the delivery is forgotten and only the copy is left; `evidence` None where the delivery is all
    we know by; `happened_at` is when the newsroom did it. `record` is JSON, None once the text was erased.
    """

    article_key: int
    article_id: str
    revision: int
    type: EventType | None
    cause: str | None
    at: datetime
    evidence: Evidence | None
    url: str | None
    happened_at: datetime | None
    record: str | None


def delivered(tx: Tx, partner: str, *, start: datetime, end: datetime) -> tuple[HandedOver, ...]:
    """Return what deliveries that are still kept brought to a partner."""
    found = tx.run(_DELIVERED, {"partner": partner, "start": start, "end": end})
    return tuple(
        HandedOver(key, name, revision, EventType(type_), cause, at, evidence and Evidence(evidence), *rest)
        for key, name, revision, type_, cause, at, evidence, *rest in found
    )


def left_over(tx: Tx, partner: str, *, start: datetime, end: datetime) -> tuple[HandedOver, ...]:
    """Return what copies tell where the deliveries are forgotten: of each article the last that reached the partner."""
    found = tx.run(_LEFT_OVER, {"partner": partner, "start": start, "end": end})
    return tuple(
        HandedOver(
            article_key=key,
            article_id=name,
            revision=revision,
            type=EventType.RETRACTED if holding == Holding.WITHDRAWN.value else None,
            cause=None,
            at=at,
            evidence=Evidence(evidence),
            url=url,
            happened_at=None,
            record=record,
        )
        for key, name, revision, holding, at, evidence, url, record in found
    )
