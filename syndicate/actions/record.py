"""Record what came of attempts: the delivery, the copy, the partner's health, in one transaction."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from syndicate.actions.claim import DISPATCHER, Parcel, health_to_change
from syndicate.actions.office import Occasion, Office
from syndicate.connectors.contract import Accepted, Outcome, Refused
from syndicate.model.delivery import DeliveryState, EventType, Holding
from syndicate.policy.health import after_outcome
from syndicate.policy.retry import Done, GiveUp, RetryAt, after_attempt
from syndicate.store import attempts, copies, leases, partners
from syndicate.store.tx import Tx

KEPT_ATTEMPTS = 20
KEPT_ANSWER_CHARACTERS = 8_192


@dataclass(frozen=True)
class Attempted:
    """What came of handing one parcel over."""

    parcel: Parcel
    outcome: Outcome
    began_at: datetime
    duration: timedelta
    jitter: float


async def record(office: Office, batch: Sequence[Attempted]) -> None:
    """Write what came of a batch of attempts; outcomes under an expired lease are dropped."""
    await office.store.write(record_in, batch, office.occasion(DISPATCHER))


def record_in(tx: Tx, batch: Sequence[Attempted], occasion: Occasion) -> None:
    """Write outcomes inside a transaction."""
    leased = leases.leased(tx, {each.parcel.token for each in batch})
    ours = [each for each in batch if each.parcel.delivery.id in leased]
    refused = [each for each in ours if isinstance(each.outcome, Refused)]
    pairs = [(each.parcel.delivery.partner, each.parcel.claimed.article_key) for each in refused]
    overtaken = leases.overtaken(tx, pairs) if pairs else frozenset()
    attempts.add(tx, [_attempt_row(each) for each in ours])
    leases.record(tx, [_delivery_row(each, overtaken, now=occasion.now) for each in ours])
    copies.took(tx, [row for each in ours if (row := _took_row(each, now=occasion.now))])
    copies.refused(tx, [row for each in ours if (row := _refused_row(each, now=occasion.now))])
    attempts.prune(tx, [_kept_from(each) for each in ours if each.parcel.claimed.tries >= KEPT_ATTEMPTS])
    _judge_partners(tx, ours, now=occasion.now)
    tx.effects.deliveries = True


def _attempt_row(each: Attempted) -> dict[str, Any]:
    outcome = each.outcome
    return {
        "delivery_id": each.parcel.delivery.id,
        "number": each.parcel.claimed.tries + 1,
        "at": each.began_at,
        "duration_ms": int(each.duration.total_seconds() * 1000),
        "outcome": "accepted" if isinstance(outcome, Accepted) else outcome.reason,
        "status": outcome.status,
        "answer": outcome.answer[:KEPT_ANSWER_CHARACTERS],
    }


def _kept_from(each: Attempted) -> tuple[str, int]:
    return each.parcel.delivery.id, each.parcel.claimed.tries + 2 - KEPT_ATTEMPTS


def _delivery_row(each: Attempted, overtaken: frozenset[tuple[str, int]], *, now: datetime) -> dict[str, Any]:
    delivery = each.parcel.delivery
    made = delivery.attempts + 1
    decision = after_attempt(
        lane=delivery.lane,
        attempts=made,
        created_at=delivery.created_at,
        outcome=each.outcome,
        now=now,
        jitter=each.jitter,
    )
    row: dict[str, Any] = {
        "the_id": delivery.id,
        "token": each.parcel.token,
        "new_due_at": delivery.due_at,
        "new_attempts": made,
        "new_finished_at": now,
        "new_reason": None,
    }
    if isinstance(decision, Done):
        return row | {"new_state": DeliveryState.DELIVERED.value}
    if (delivery.partner, each.parcel.claimed.article_key) in overtaken:
        return row | {"new_state": DeliveryState.SUPERSEDED.value}
    match decision:
        case RetryAt(at, kept):
            waiting = {"new_state": DeliveryState.WAITING.value, "new_due_at": at, "new_attempts": kept}
            return row | waiting | {"new_finished_at": None, "new_reason": _reason(each.outcome)}
        case GiveUp(reason):
            return row | {"new_state": DeliveryState.FAILED.value, "new_reason": reason}


def _reason(outcome: Outcome) -> str | None:
    return outcome.reason if isinstance(outcome, Refused) else None


def _took_row(each: Attempted, *, now: datetime) -> dict[str, Any] | None:
    if not isinstance(each.outcome, Accepted):
        return None
    delivery = each.parcel.delivery
    gone = delivery.type is EventType.RETRACTED
    return {
        "the_partner": delivery.partner,
        "key": each.parcel.claimed.article_key,
        "new_holding": (Holding.WITHDRAWN if gone else Holding.HELD).value,
        "new_revision": delivery.revision,
        "new_seq": delivery.seq,
        "new_url": each.outcome.url,
        "new_remote": json.dumps(each.outcome.remote, sort_keys=True) if each.outcome.remote else None,
        "at": now,
    }


def _refused_row(each: Attempted, *, now: datetime) -> dict[str, Any] | None:
    """Say what the partner holds after a refusal: what it held, unless it may have taken this revision."""
    if not isinstance(each.outcome, Refused):
        return None
    claimed = each.parcel.claimed
    certain = each.outcome.certain
    before = Holding(claimed.holding or "none")
    fell = before in (Holding.NONE, Holding.WITHDRAWN) and not certain
    return {
        "the_partner": claimed.delivery.partner,
        "key": claimed.article_key,
        "new_holding": (Holding.POSSIBLE if fell else before).value,
        "new_unsure": claimed.unsure_revision if certain else claimed.delivery.revision,
        "at": now,
    }


def _judge_partners(tx: Tx, ours: Sequence[Attempted], *, now: datetime) -> None:
    # In order, so that two batches never wait for each other.
    for partner in sorted({each.parcel.delivery.partner for each in ours}):
        health = health_to_change(tx, partner, now=now)
        for each in ours:
            if each.parcel.delivery.partner == partner:
                health = after_outcome(health, each.outcome, delivery_id=each.parcel.delivery.id, now=now)
        partners.set_health(tx, partner, health.model_dump_json(), at=now)


async def withhold(office: Office, parcel: Parcel, reason: str) -> None:
    """Skip a claimed delivery whose rights ended between the change and the send; nothing of it went out."""
    await office.store.write(_withhold, parcel, reason, office.occasion(DISPATCHER))


def _withhold(tx: Tx, parcel: Parcel, reason: str, occasion: Occasion) -> None:
    if parcel.delivery.id not in leases.leased(tx, {parcel.token}):
        return
    now = occasion.now
    refusal = Attempted(parcel, Refused(reason, certain=True), now, timedelta(0), 0.0)
    row = _delivery_row(refusal, frozenset(), now=now)
    ended = {"new_state": DeliveryState.SKIPPED.value, "new_finished_at": now, "new_reason": reason}
    leases.record(tx, [row | ended])
    copies.refused(tx, [each for each in [_refused_row(refusal, now=now)] if each is not None])
