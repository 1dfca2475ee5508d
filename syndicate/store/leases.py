"""Leases: which deliveries may be claimed, who holds one, and what its holder reports."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, func, select, update
from sqlalchemy.orm import aliased

from syndicate.model.article import Status
from syndicate.model.delivery import Delivery, EventType, Lane
from syndicate.store.columns import fixed, rows, rows_of
from syndicate.store.deliveries import COLUMNS, delivery_of
from syndicate.store.gathered import Gathered
from syndicate.store.schema import articles, copies
from syndicate.store.schema import deliveries as t
from syndicate.store.tx import Tx

_sending = aliased(t, name="sending")
# A partner never gets two deliveries of one article at once: the newer waits for the one on its way.
_NOT_ON_ITS_WAY = ~(
    select(_sending.c.id)
    .where(
        _sending.c.partner == t.c.partner,
        _sending.c.article_key == t.c.article_key,
        _sending.c.state == fixed("sending"),
    )
    .exists()
)
_CLAIMABLE = Gathered(
    select(
        *COLUMNS,
        t.c.article_key,
        articles.c.record,
        articles.c.is_plain,
        articles.c.status,
        articles.c.slug,
        articles.c.url,
        copies.c.holding,
        copies.c.unsure_revision,
        copies.c.remote,
        t.c.tries,
    )
    .select_from(
        t.join(articles, articles.c.key == t.c.article_key).outerjoin(
            copies, and_(copies.c.partner == t.c.partner, copies.c.article_key == t.c.article_key)
        )
    )
    .where(
        t.c.state == fixed("waiting"),
        t.c.partner == bindparam("partner"),
        t.c.lane <= bindparam("lane"),
        t.c.due_at <= bindparam("now"),
        _NOT_ON_ITS_WAY,
    )
    .order_by(t.c.lane, t.c.due_at, t.c.seq)
    .limit(bindparam("limit"))
    .with_for_update(of=t, skip_locked=True)
)
_THESE = t.c.id.in_(bindparam("ids", expanding=True))
_PARTNERS = select(t.c.id, t.c.partner).where(_THESE)
_CLAIM = update(t).where(_THESE).values(state="sending", lease_token=bindparam("token"), lease_until=bindparam("until"))
_RENAME_TYPE = update(t).where(_THESE).values(type=bindparam("new_type"))
_SENDING = t.c.state == fixed("sending")
_HELD_LEASE = and_(t.c.id == bindparam("the_id"), t.c.lease_token == bindparam("token"), _SENDING)
_pair = rows_of("pairs").c.value
_LEASED = select(t.c.id, t.c.lease_token).where(
    _SENDING, t.c.id == _pair[0].as_string(), t.c.lease_token == _pair[1].as_string()
)
_HOW_MANY_LEASED = _LEASED.with_only_columns(func.count())
_DELIVERED = (
    update(t)
    .where(_THESE, _SENDING, t.c.lease_token.in_(bindparam("tokens", expanding=True)))
    .values(
        state="delivered",
        attempts=t.c.attempts + 1,
        tries=t.c.tries + 1,
        finished_at=bindparam("at"),
        reason=None,
        lease_token=None,
        lease_until=None,
    )
)
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


@dataclass(frozen=True)
class Claimed:
    """A delivery under lease, with what sending it needs: the record as JSON and the copy's durable value."""

    delivery: Delivery
    article_key: int
    record: str | None
    is_plain: bool
    """That the record may leave as it is kept (render.event)."""
    status: Status
    slug: str
    url: str | None
    holding: str | None
    unsure_revision: int | None
    remote: str | None
    tries: int


def claimable(tx: Tx, partner: str, *, lane: Lane, now: datetime, limit: int) -> tuple[Claimed, ...]:
    """Return due deliveries of a partner up to `lane`, most urgent first, none whose article is on its way."""
    parameters = {"partner": partner, "lane": int(lane), "now": now, "limit": limit}
    found = [_claimed(row) for row in _CLAIMABLE.all(tx, parameters)]
    return tuple(sorted(found, key=_urgency))


def _urgency(claimed: Claimed) -> tuple[Lane, datetime, int]:
    return claimed.delivery.lane, claimed.delivery.due_at, claimed.delivery.seq


def _claimed(row: Sequence[Any]) -> Claimed:
    key, record, is_plain, status, *rest = row[len(COLUMNS) :]
    return Claimed(delivery_of(row), key, record, bool(is_plain), Status(status), *rest)


def claim(tx: Tx, ids: Sequence[str], *, token: str, until: datetime) -> None:
    """Take the lease of deliveries."""
    tx.run(_CLAIM, {"ids": ids, "token": token, "until": until})


def rename_type(tx: Tx, ids: Sequence[str], kind: EventType) -> None:
    """Make deliveries events of another type."""
    if ids:
        tx.run(_RENAME_TYPE, {"ids": ids, "new_type": kind.value})


def leased(tx: Tx, pairs: frozenset[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    """Return those of (delivery, token) pairs that are leases still: what came under any other is dropped."""
    parameters = {"pairs": rows(pairs)}
    # As a rule all are, and one number is read sooner than so many rows.
    if not tx.locks and tx.run(_HOW_MANY_LEASED, parameters).scalar_one() == len(pairs):
        return pairs
    return frozenset((each, token) for each, token in tx.run_locking(_LEASED, parameters))


def partners_of(tx: Tx, ids: Sequence[str]) -> dict[str, str]:
    """Return to which partner each delivery goes, by the name that it has now."""
    return {row.id: row.partner for row in tx.run(_PARTNERS, {"ids": ids})}


def overtaken(tx: Tx, pairs: Collection[tuple[str, int]]) -> frozenset[tuple[str, int]]:
    """Return those (partner, article key) pairs for which a newer delivery waits."""
    keys = [key for _partner, key in pairs]
    rows = tx.run(select(t.c.partner, t.c.article_key).where(t.c.article_key.in_(keys), t.c.state == fixed("waiting")))
    return frozenset((partner, key) for partner, key in rows) & frozenset(pairs)


def deliver(tx: Tx, ids: Sequence[str], *, tokens: Collection[str], at: datetime) -> None:
    """End deliveries that were taken, where one of `tokens` still holds their lease."""
    if ids:
        tx.run(_DELIVERED, {"ids": ids, "tokens": list(tokens), "at": at})


def record(tx: Tx, outcomes: Sequence[Mapping[str, Any]]) -> None:
    """Write what becomes of deliveries that were not taken: the_id, token and the new values."""
    tx.run_many(_RECORD, outcomes)


def release_all(tx: Tx, *, now: datetime) -> int:
    """End every lease; returns how many there were."""
    return _release(tx, _SENDING, now=now)


def release_expired(tx: Tx, *, now: datetime, kept: Collection[str] = ()) -> int:
    """End the leases that ran out, but those of the tokens in `kept`; returns how many ended."""
    return _release(tx, and_(_SENDING, t.c.lease_until <= now, t.c.lease_token.not_in(kept)), now=now)


def hand_back(tx: Tx, leases: Sequence[tuple[str, str]], *, now: datetime) -> None:
    """End the leases of deliveries, each named with its token; one that another holds by now stays."""
    for delivery_id, token in leases:
        _release(tx, and_(_SENDING, t.c.id == delivery_id, t.c.lease_token == token), now=now)


def _release(tx: Tx, ended: ColumnElement[bool], *, now: datetime) -> int:
    """Put deliveries back whose lease ended; one for which a newer is waiting is superseded by it."""
    newer = aliased(t, name="newer")
    overtaken = (
        select(newer.c.id)
        .where(
            newer.c.partner == t.c.partner, newer.c.article_key == t.c.article_key, newer.c.state == fixed("waiting")
        )
        .exists()
    )
    free = {"lease_token": None, "lease_until": None}
    superseded = tx.run(update(t).where(ended, overtaken).values(state="superseded", finished_at=now, **free))
    returned = tx.run(update(t).where(ended).values(state="waiting", **free))
    return superseded.rowcount + returned.rowcount


def renew(tx: Tx, tokens: Collection[str], *, until: datetime) -> frozenset[str]:
    """Keep the leases of `tokens`; returns those that still lease something."""
    ours = and_(_SENDING, t.c.lease_token.in_(tokens))
    return frozenset(tx.run(update(t).where(ours).values(lease_until=until).returning(t.c.lease_token)).scalars())
