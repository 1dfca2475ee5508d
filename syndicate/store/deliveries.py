"""Deliveries: what is owed to partners, who holds the lease, what every attempt brought."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, delete, func, insert, or_, select, union_all, update

from syndicate.model.delivery import Delivery, DeliveryState, EventType, Lane
from syndicate.model.journal import Cause
from syndicate.store.columns import fixed
from syndicate.store.schema import articles
from syndicate.store.schema import attempts as a
from syndicate.store.schema import deliveries as t
from syndicate.store.tx import Tx

# As the members of `Delivery` stand.
COLUMNS = (
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
    t.c.owed_at,
    t.c.attempts,
    t.c.finished_at,
    t.c.reason,
)
_INSERT = insert(t)
_OPEN_OF_ARTICLE = select(t.c.partner, t.c.id, t.c.type, t.c.lane, t.c.attempts).where(
    t.c.article_key == bindparam("key"), t.c.state == fixed("waiting")
)
_CORRECTIONS_SENDING = select(t.c.partner).where(
    t.c.article_key == bindparam("key"),
    t.c.state == fixed("sending"),
    t.c.type == fixed(EventType.CORRECTED.value),
)
_UNSENT = select(t.c.partner, t.c.lane, t.c.created_at)
# Two queries in one, because each state has an index of its own.
UNSENT = union_all(
    _UNSENT.where(t.c.state == fixed("waiting")), _UNSENT.where(t.c.state == fixed("sending"))
).subquery()
_NEWEST_SEQ = select(func.max(t.c.seq)).where(t.c.article_key == bindparam("key"), t.c.partner == bindparam("partner"))
# What goes or went as a new story; of what was overtaken, what the partner may have seen.
_NEW_STORIES = select(func.count(t.c.article_key.distinct())).where(
    t.c.partner == bindparam("partner"),
    t.c.state.in_([fixed(state) for state in ("waiting", "sending", "delivered", "superseded")]),
    t.c.created_at > bindparam("since"),
    t.c.type == fixed(EventType.PUBLISHED.value),
    or_(t.c.state != fixed("superseded"), t.c.tries > 0),
    t.c.article_key != bindparam("but"),
)
_NEXT_DUE = select(func.min(t.c.due_at)).where(t.c.state == fixed("waiting"))
_FINISH_WAITING = (
    update(t)
    .where(t.c.id == bindparam("the_id"), t.c.state == fixed("waiting"))
    .values(state=bindparam("new_state"), finished_at=bindparam("at"), reason=bindparam("why"))
)


@dataclass(frozen=True)
class Waiting:
    """The unsent delivery of one article to one partner."""

    id: str
    type: EventType
    lane: Lane
    attempts: int


def delivery_of(row: Sequence[Any]) -> Delivery:
    """Read a delivery from a row that begins with COLUMNS; by position, because a busy dispatcher reads many."""
    id, partner, article_id, revision, seq, kind, lane, cause, note, state, due_at, *rest = row[: len(COLUMNS)]  # noqa: A001
    created_at, owed_at, attempts, finished_at, reason = rest
    return Delivery(
        id,
        partner,
        article_id,
        revision,
        seq,
        EventType(kind),
        Lane(lane),
        None if cause is None else Cause(cause),
        note,
        DeliveryState(state),
        due_at,
        created_at,
        owed_at,
        attempts,
        finished_at,
        reason,
    )


def add(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert deliveries; wakes the dispatcher after the commit."""
    blank = {"attempts": 0, "tries": 0, "lease_token": None, "lease_until": None, "finished_at": None, "reason": None}
    tx.run_many(_INSERT, [blank | dict(row) for row in rows])
    tx.effects.deliveries = tx.effects.deliveries or bool(rows)


def waiting_of_article(tx: Tx, key: int) -> dict[str, Waiting]:
    """Return the unsent delivery of an article for each partner that has one, and keep it from being claimed.

    Read copies after it: a claim that came first has noted by then that the partner may hold the article.
    """
    return {
        row.partner: Waiting(row.id, EventType(row.type), Lane(row.lane), row.attempts)
        for row in tx.run_locking(_OPEN_OF_ARTICLE, {"key": key})
    }


def corrections_on_their_way(tx: Tx, key: int) -> frozenset[str]:
    """Return the partners to which a correction of an article is being sent."""
    return frozenset(tx.run(_CORRECTIONS_SENDING, {"key": key}).scalars())


def newest_seq(tx: Tx, partner: str, key: int) -> int:
    """Return the newest `seq` that a partner was owed of an article; 0 where none is kept."""
    seq = tx.run(_NEWEST_SEQ, {"partner": partner, "key": key}).scalar()
    return int(seq or 0)


def new_stories(tx: Tx, partner: str, *, since: datetime, but: int) -> int:
    """Count the stories, `but` one, that a partner came to be owed as new after an instant, and got or will get."""
    return int(tx.run(_NEW_STORIES, {"partner": partner, "since": since, "but": but}).scalar_one())


def finish_waiting(tx: Tx, ids: Sequence[str], *, state: DeliveryState, at: datetime, why: str | None) -> None:
    """End unsent deliveries as superseded, cancelled or skipped."""
    tx.run_many(_FINISH_WAITING, [{"the_id": each, "new_state": state.value, "at": at, "why": why} for each in ids])


def next_due(tx: Tx) -> datetime | None:
    due: datetime | None = tx.run(_NEXT_DUE).scalar()
    return due


def make_due(tx: Tx, partner: str, *, now: datetime) -> None:
    """Let a partner's retries go now instead of when their table says; first attempts keep their schedule."""
    retried = and_(t.c.partner == partner, t.c.state == fixed("waiting"), t.c.attempts > 0, t.c.due_at > now)
    tx.run(update(t).where(retried).values(due_at=now))
    tx.effects.deliveries = True


def make_article_due(tx: Tx, partner: str, key: int, *, at: datetime) -> None:
    """Let the unsent delivery of one article go at `at`, if not before."""
    unsent = and_(t.c.partner == partner, t.c.article_key == key, t.c.state == fixed("waiting"), t.c.due_at > at)
    tx.run(update(t).where(unsent).values(due_at=at))
    tx.effects.deliveries = True


def newest_of_article(tx: Tx, partner: str, key: int) -> Delivery | None:
    """Return the delivery of an article that says the latest to a partner, whatever became of it."""
    own = (t.c.partner == partner, t.c.article_key == key, t.c.state != DeliveryState.SKIPPED.value)
    statement = select(*COLUMNS).where(*own).order_by(t.c.seq.desc(), t.c.created_at.desc()).limit(1)
    row = tx.run(statement).first()
    return None if row is None else delivery_of(row)


def by_id(tx: Tx, delivery_id: str) -> Delivery | None:
    row = tx.run(select(*COLUMNS).where(t.c.id == delivery_id)).first()
    return None if row is None else delivery_of(row)


def key_of(tx: Tx, delivery_id: str) -> int:
    return int(tx.run(select(t.c.article_key).where(t.c.id == delivery_id)).scalar_one())


def of_article(tx: Tx, key: int) -> tuple[Delivery, ...]:
    rows = tx.run(select(*COLUMNS).where(t.c.article_key == key).order_by(t.c.created_at, t.c.seq, t.c.partner))
    return tuple(delivery_of(row) for row in rows)


def listing(
    tx: Tx, *, partner: str | None, state: str | None, before: tuple[datetime, str] | None, limit: int
) -> tuple[Delivery, ...]:
    """Return deliveries, newest first, after the cursor `before`."""
    statement = select(*COLUMNS).order_by(t.c.created_at.desc(), t.c.id.desc()).limit(limit)
    if partner is not None:
        statement = statement.where(t.c.partner == partner)
    if state is not None:
        statement = statement.where(t.c.state == state)
    if before is not None:
        at, last_id = before
        statement = statement.where(or_(t.c.created_at < at, and_(t.c.created_at == at, t.c.id < last_id)))
    return tuple(delivery_of(row) for row in tx.run(statement))


def first_unsent(tx: Tx, partner: str) -> tuple[tuple[str, datetime], ...]:
    """Return (id, released_at) of a partner's deliveries that wait for their first attempt in the normal lane."""
    statement = (
        select(t.c.id, articles.c.released_at)
        .select_from(t.join(articles, articles.c.key == t.c.article_key))
        .where(t.c.partner == partner, t.c.state == fixed("waiting"), t.c.attempts == 0, t.c.lane == int(Lane.NORMAL))
    )
    return tuple((each, at) for each, at in tx.run(statement) if at is not None)


def unscheduled_after(tx: Tx, now: datetime) -> tuple[tuple[str, datetime], ...]:
    """Return (id, due_at) of what waits for a later moment that no schedule named: retries, and what goes at once."""
    unscheduled = or_(t.c.attempts > 0, t.c.due_at == t.c.created_at)
    statement = select(t.c.id, t.c.due_at).where(t.c.state == fixed("waiting"), t.c.due_at > now, unscheduled)
    return tuple((each, at) for each, at in tx.run(statement))


def redate(tx: Tx, dates: Sequence[tuple[str, datetime]]) -> None:
    statement = update(t).where(t.c.id == bindparam("the_id")).values(due_at=bindparam("new_due_at"))
    tx.run_many(statement, [{"the_id": each, "new_due_at": at} for each, at in dates])
    tx.effects.deliveries = tx.effects.deliveries or bool(dates)


def retry(tx: Tx, delivery_id: str, *, now: datetime) -> None:
    """Start a failed delivery's table again, due now."""
    values = {"state": "waiting", "attempts": 0, "due_at": now, "owed_at": now, "finished_at": None, "reason": None}
    tx.run(update(t).where(t.c.id == delivery_id).values(**values))
    tx.effects.deliveries = True


def waiting_ids_of_partner(tx: Tx, partner: str) -> tuple[str, ...]:
    return tuple(tx.run(select(t.c.id).where(t.c.partner == partner, t.c.state == fixed("waiting"))).scalars())


def counts_by_state(tx: Tx) -> dict[tuple[str, str], int]:
    """Return the number of deliveries for each (partner, state)."""
    rows = tx.run(select(t.c.partner, t.c.state, func.count()).group_by(t.c.partner, t.c.state))
    return {(partner, state): number for partner, state, number in rows}


def oldest_waiting(tx: Tx) -> dict[tuple[str, Lane], datetime]:
    """Return when the oldest unsent delivery was made, for each partner and lane."""
    statement = select(UNSENT.c.partner, UNSENT.c.lane, func.min(UNSENT.c.created_at))
    rows = tx.run(statement.group_by(UNSENT.c.partner, UNSENT.c.lane))
    return {(partner, Lane(lane)): at for partner, lane, at in rows}


def forget_finished(tx: Tx, *, before: datetime, limit: int) -> int:
    """Remove deliveries that ended before then, with their attempts; never one that is still owed."""
    old = list(tx.run(select(t.c.id).where(t.c.finished_at < before).limit(limit)).scalars())
    tx.run(delete(a).where(a.c.delivery_id.in_(old)))
    tx.run(delete(t).where(t.c.id.in_(old)))
    return len(old)


def erase_texts(tx: Tx, key: int) -> None:
    """Remove the words of an article's deliveries: notes, and what partners answered."""
    tx.run(update(t).where(t.c.article_key == key).values(public_note=None))
    ids = select(t.c.id).where(t.c.article_key == key)
    tx.run(update(a).where(a.c.delivery_id.in_(ids)).values(answer=None))


def rename_partner(tx: Tx, old: str, new: str) -> None:
    tx.run(update(t).where(t.c.partner == old).values(partner=new))
