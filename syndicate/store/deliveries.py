"""Deliveries: what is owed to partners, who holds the lease, what every attempt brought."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, RowMapping, and_, bindparam, delete, func, insert, or_, select, update
from sqlalchemy.orm import aliased

from syndicate.model.delivery import Attempt, Delivery, DeliveryState, EventType, Lane
from syndicate.model.journal import Cause
from syndicate.store.schema import articles, copies
from syndicate.store.schema import attempts as a
from syndicate.store.schema import deliveries as t
from syndicate.store.tx import Tx

_COLUMNS = (
    t.c.id,
    t.c.partner,
    t.c.article_id,
    t.c.revision,
    t.c.seq,
    t.c.type,
    t.c.lane,
    t.c.cause,
    t.c.public_note,
    t.c.state,
    t.c.due_at,
    t.c.created_at,
    t.c.attempts,
    t.c.finished_at,
    t.c.reason,
)
_sending = aliased(t, name="sending")
# A partner never gets two deliveries of one article at once: the newer waits for the one on its way.
_NOT_ON_ITS_WAY = ~(
    select(_sending.c.id)
    .where(
        _sending.c.partner == t.c.partner,
        _sending.c.article_key == t.c.article_key,
        _sending.c.state == "sending",
    )
    .exists()
)
_INSERT = insert(t)
_OPEN_OF_ARTICLE = select(t.c.partner, t.c.id, t.c.type, t.c.lane, t.c.attempts).where(
    t.c.article_key == bindparam("key"), t.c.state == "waiting"
)
_NEXT_DUE = select(func.min(t.c.due_at)).where(t.c.state == "waiting")
_CLAIMABLE = (
    select(
        t,
        articles.c.record,
        articles.c.slug,
        articles.c.url,
        copies.c.holding,
        copies.c.remote,
        copies.c.unsure_revision,
    )
    .select_from(
        t.join(articles, articles.c.key == t.c.article_key).outerjoin(
            copies, and_(copies.c.partner == t.c.partner, copies.c.article_key == t.c.article_key)
        )
    )
    .where(
        t.c.state == "waiting",
        t.c.partner == bindparam("partner"),
        t.c.lane <= bindparam("lane"),
        t.c.due_at <= bindparam("now"),
        _NOT_ON_ITS_WAY,
    )
    .order_by(t.c.lane, t.c.due_at, t.c.seq)
    .limit(bindparam("limit"))
    .with_for_update(of=t, skip_locked=True)
)
_CLAIM = (
    update(t)
    .where(t.c.id == bindparam("the_id"))
    .values(
        state="sending",
        lease_token=bindparam("token"),
        lease_until=bindparam("until"),
        type=bindparam("new_type"),
    )
)
_HELD_LEASE = and_(t.c.id == bindparam("the_id"), t.c.lease_token == bindparam("token"), t.c.state == "sending")
_LEASED = select(t.c.id).where(t.c.state == "sending", t.c.lease_token.in_(bindparam("tokens", expanding=True)))
_RECORD = (
    update(t)
    .where(_HELD_LEASE)
    .values(
        state=bindparam("new_state"),
        due_at=bindparam("new_due_at"),
        attempts=bindparam("new_attempts"),
        tries=t.c.tries + 1,
        finished_at=bindparam("new_finished_at"),
        reason=bindparam("new_reason"),
        lease_token=None,
        lease_until=None,
    )
)
_FINISH_WAITING = (
    update(t)
    .where(t.c.id == bindparam("the_id"), t.c.state == "waiting")
    .values(state=bindparam("new_state"), finished_at=bindparam("at"), reason=bindparam("why"))
)


@dataclass(frozen=True)
class Waiting:
    """The unsent delivery of one article to one partner."""

    id: str
    type: EventType
    lane: Lane
    attempts: int


@dataclass(frozen=True)
class Claimed:
    """A delivery under lease, with what sending it needs: the record as JSON and the copy's durable value."""

    delivery: Delivery
    article_key: int
    record: str | None
    slug: str
    url: str | None
    holding: str | None
    unsure_revision: int | None
    remote: str | None
    tries: int


def _delivery(values: RowMapping) -> Delivery:
    return Delivery(
        id=values["id"],
        partner=values["partner"],
        article_id=values["article_id"],
        revision=values["revision"],
        seq=values["seq"],
        type=EventType(values["type"]),
        lane=Lane(values["lane"]),
        cause=None if values["cause"] is None else Cause(values["cause"]),
        public_note=values["public_note"],
        state=DeliveryState(values["state"]),
        due_at=values["due_at"],
        created_at=values["created_at"],
        attempts=values["attempts"],
        finished_at=values["finished_at"],
        reason=values["reason"],
    )


def add(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert deliveries; wakes the dispatcher after the commit."""
    blank = {"attempts": 0, "tries": 0, "lease_token": None, "lease_until": None, "finished_at": None, "reason": None}
    tx.run_many(_INSERT, [blank | dict(row) for row in rows])
    tx.effects.deliveries = tx.effects.deliveries or bool(rows)


def waiting_of_article(tx: Tx, key: int) -> dict[str, Waiting]:
    """Return the unsent delivery of an article for each partner that has one."""
    return {
        row.partner: Waiting(row.id, EventType(row.type), Lane(row.lane), row.attempts)
        for row in tx.run(_OPEN_OF_ARTICLE, {"key": key})
    }


def finish_waiting(tx: Tx, ids: Sequence[str], *, state: DeliveryState, at: datetime, why: str | None) -> None:
    """End unsent deliveries as superseded, cancelled or skipped."""
    tx.run_many(_FINISH_WAITING, [{"the_id": each, "new_state": state.value, "at": at, "why": why} for each in ids])


def next_due(tx: Tx) -> datetime | None:
    due: datetime | None = tx.run(_NEXT_DUE).scalar()
    return due


def claimable(tx: Tx, partner: str, *, lane: Lane, now: datetime, limit: int) -> tuple[Claimed, ...]:
    """Return due deliveries of a partner up to `lane`, most urgent first, none whose article is on its way."""
    parameters = {"partner": partner, "lane": int(lane), "now": now, "limit": limit}
    return tuple(_claimed(row) for row in tx.run(_CLAIMABLE, parameters))


def _claimed(row: Row[*tuple[Any, ...]]) -> Claimed:
    values = row._mapping
    return Claimed(
        delivery=_delivery(values),
        article_key=values["article_key"],
        record=values["record"],
        slug=values["slug"],
        url=values["url"],
        holding=values["holding"],
        unsure_revision=values["unsure_revision"],
        remote=values["remote"],
        tries=values["tries"],
    )


def claim(tx: Tx, claims: Sequence[tuple[str, EventType]], *, token: str, until: datetime) -> None:
    """Take the lease of deliveries, fixing the type of each."""
    rows = [{"the_id": each, "new_type": kind.value, "token": token, "until": until} for each, kind in claims]
    tx.run_many(_CLAIM, rows)


def leased(tx: Tx, tokens: Collection[str]) -> frozenset[str]:
    """Return the deliveries whose lease one of `tokens` still holds: the outcome of any other is dropped."""
    return frozenset(tx.run(_LEASED, {"tokens": list(tokens)}).scalars())


def overtaken(tx: Tx, pairs: Collection[tuple[str, int]]) -> frozenset[tuple[str, int]]:
    """Return those (partner, article key) pairs for which a newer delivery waits."""
    keys = [key for _partner, key in pairs]
    rows = tx.run(select(t.c.partner, t.c.article_key).where(t.c.article_key.in_(keys), t.c.state == "waiting"))
    return frozenset((partner, key) for partner, key in rows) & frozenset(pairs)


def record(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write the outcomes of attempts: the_id, token and the new values."""
    tx.run_many(_RECORD, rows)


def add_attempts(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write attempts: delivery_id, number, at, duration_ms, outcome, status, answer."""
    tx.run_many(insert(a), rows)


def prune_attempts(tx: Tx, rows: Sequence[tuple[str, int]]) -> None:
    """Keep the first attempt of a delivery and those from `number` on."""
    statement = delete(a).where(a.c.delivery_id == bindparam("the_id"), a.c.number > 1, a.c.number < bindparam("first"))
    tx.run_many(statement, [{"the_id": each, "first": number} for each, number in rows])


def release_leases(
    tx: Tx, *, now: datetime, ids: Sequence[str] | None = None, expired_at: datetime | None = None
) -> int:
    """Put deliveries back whose lease ended: those of `ids`, or expired by then; all of them where both are None.

    One for which a newer is waiting is superseded by it. Returns how many ended.
    """
    ended = t.c.state == "sending"
    if ids is not None:
        ended = and_(ended, t.c.id.in_(ids))
    if expired_at is not None:
        ended = and_(ended, t.c.lease_until <= expired_at)
    newer = aliased(t, name="newer")
    overtaken = (
        select(newer.c.id)
        .where(newer.c.partner == t.c.partner, newer.c.article_key == t.c.article_key, newer.c.state == "waiting")
        .exists()
    )
    free = {"lease_token": None, "lease_until": None}
    superseded = tx.run(update(t).where(ended, overtaken).values(state="superseded", finished_at=now, **free))
    returned = tx.run(update(t).where(ended).values(state="waiting", **free))
    return superseded.rowcount + returned.rowcount


def renew_leases(tx: Tx, tokens: Collection[str], *, until: datetime) -> None:
    tx.run(update(t).where(t.c.state == "sending", t.c.lease_token.in_(tokens)).values(lease_until=until))


def make_due(tx: Tx, partner: str, *, now: datetime) -> None:
    """Let a partner's retries go now instead of when their table says; first attempts keep their schedule."""
    retried = and_(t.c.partner == partner, t.c.state == "waiting", t.c.attempts > 0, t.c.due_at > now)
    tx.run(update(t).where(retried).values(due_at=now))
    tx.effects.deliveries = True


def make_article_due(tx: Tx, partner: str, key: int, *, now: datetime) -> None:
    """Let the unsent delivery of one article go now."""
    unsent = and_(t.c.partner == partner, t.c.article_key == key, t.c.state == "waiting", t.c.due_at > now)
    tx.run(update(t).where(unsent).values(due_at=now))
    tx.effects.deliveries = True


def by_id(tx: Tx, delivery_id: str) -> Delivery | None:
    row = tx.run(select(*_COLUMNS).where(t.c.id == delivery_id)).first()
    return None if row is None else _delivery(row._mapping)


def key_of(tx: Tx, delivery_id: str) -> int:
    return int(tx.run(select(t.c.article_key).where(t.c.id == delivery_id)).scalar_one())


def attempts_of(tx: Tx, delivery_id: str) -> tuple[Attempt, ...]:
    columns = (a.c.number, a.c.at, a.c.duration_ms, a.c.outcome, a.c.status, a.c.answer)
    return tuple(
        Attempt(*row) for row in tx.run(select(*columns).where(a.c.delivery_id == delivery_id).order_by(a.c.number))
    )


def of_article(tx: Tx, key: int) -> tuple[Delivery, ...]:
    rows = tx.run(select(*_COLUMNS).where(t.c.article_key == key).order_by(t.c.created_at, t.c.seq, t.c.partner))
    return tuple(_delivery(row._mapping) for row in rows)


def listing(
    tx: Tx, *, partner: str | None, state: str | None, before: tuple[datetime, str] | None, limit: int
) -> tuple[Delivery, ...]:
    """Return deliveries, newest first, after the cursor `before`."""
    statement = select(*_COLUMNS).order_by(t.c.created_at.desc(), t.c.id.desc()).limit(limit)
    if partner is not None:
        statement = statement.where(t.c.partner == partner)
    if state is not None:
        statement = statement.where(t.c.state == state)
    if before is not None:
        at, last_id = before
        statement = statement.where(or_(t.c.created_at < at, and_(t.c.created_at == at, t.c.id < last_id)))
    return tuple(_delivery(row._mapping) for row in tx.run(statement))


def first_unsent(tx: Tx, partner: str) -> tuple[tuple[str, datetime], ...]:
    """Return (id, released_at) of a partner's deliveries that wait for their first attempt in the normal lane."""
    statement = (
        select(t.c.id, articles.c.released_at)
        .select_from(t.join(articles, articles.c.key == t.c.article_key))
        .where(t.c.partner == partner, t.c.state == "waiting", t.c.attempts == 0, t.c.lane == int(Lane.NORMAL))
    )
    return tuple((each, at) for each, at in tx.run(statement) if at is not None)


def redate(tx: Tx, dates: Sequence[tuple[str, datetime]]) -> None:
    statement = update(t).where(t.c.id == bindparam("the_id")).values(due_at=bindparam("new_due_at"))
    tx.run_many(statement, [{"the_id": each, "new_due_at": at} for each, at in dates])
    tx.effects.deliveries = tx.effects.deliveries or bool(dates)


def retry(tx: Tx, delivery_id: str, *, now: datetime) -> None:
    """Start a failed delivery's table again, due now."""
    values = {"state": "waiting", "attempts": 0, "due_at": now, "finished_at": None, "reason": None}
    tx.run(update(t).where(t.c.id == delivery_id).values(**values))
    tx.effects.deliveries = True


def waiting_ids_of_partner(tx: Tx, partner: str) -> tuple[str, ...]:
    return tuple(tx.run(select(t.c.id).where(t.c.partner == partner, t.c.state == "waiting")).scalars())


def counts_by_state(tx: Tx) -> dict[tuple[str, str], int]:
    """Return the number of deliveries for each (partner, state)."""
    rows = tx.run(select(t.c.partner, t.c.state, func.count()).group_by(t.c.partner, t.c.state))
    return {(partner, state): number for partner, state, number in rows}


def oldest_waiting(tx: Tx) -> dict[tuple[str, Lane], datetime]:
    """Return when the oldest unsent delivery was made, for each partner and lane."""
    statement = (
        select(t.c.partner, t.c.lane, func.min(t.c.created_at))
        .where(t.c.state.in_(("waiting", "sending")))
        .group_by(t.c.partner, t.c.lane)
    )
    return {(partner, Lane(lane)): at for partner, lane, at in tx.run(statement)}


def forget_finished(tx: Tx, *, before: datetime, limit: int) -> int:
    """Remove deliveries that ended before then, with their attempts; never one that is still owed."""
    old = list(tx.run(select(t.c.id).where(t.c.finished_at < before).limit(limit)).scalars())
    tx.run(delete(a).where(a.c.delivery_id.in_(old)))
    tx.run(delete(t).where(t.c.id.in_(old)))
    return len(old)


def rename_partner(tx: Tx, old: str, new: str) -> None:
    tx.run(update(t).where(t.c.partner == old).values(partner=new))
