"""Record what came of attempts: the delivery, the copy, the partner's health, in one transaction."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from syndicate.actions.claim import DISPATCHER, Parcel, healths_to_change, still_leased
from syndicate.actions.office import Occasion, Office
from syndicate.actions.owing import owe_withdrawal
from syndicate.actions.routes import routes_of
from syndicate.connectors.contract import Accepted, Outcome, Refused
from syndicate.model.delivery import DeliveryState, EventType, Holding
from syndicate.policy.health import after_outcomes
from syndicate.policy.retry import GiveUp, RetryAt, after_refusal
from syndicate.store import attempts, copies, leases, partners
from syndicate.store.leases import Claimed
from syndicate.store.tx import Tx

KEPT_ATTEMPTS = 20
TAKEN_OUT = "the partner was taken out of the configuration"
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
    # With its token: one batch may hold what came of one delivery under a lost lease and under the present one.
    leased = {parcel.lease: parcel for parcel in still_leased(tx, [each.parcel for each in batch])}
    ours = [_of_parcel(each, parcel) for each in batch if (parcel := leased.get(each.parcel.lease)) is not None]
    attempts.add(tx, [_attempt_row(each) for each in ours])
    attempts.prune(tx, [_kept_from(each) for each in ours if each.parcel.claimed.tries >= KEPT_ATTEMPTS])
    _write_taken(tx, ours, now=occasion.now)
    _write_refused(tx, [(each, each.outcome) for each in ours if isinstance(each.outcome, Refused)], now=occasion.now)
    _judge_partners(tx, ours, now=occasion.now)
    # A refusal may close a partner's lanes, and what it put off may be due at once.
    tx.effects.deliveries = any(isinstance(each.outcome, Refused) for each in ours)


def _of_parcel(each: Attempted, parcel: Parcel) -> Attempted:
    return each if parcel is each.parcel else replace(each, parcel=parcel)


def _write_taken(tx: Tx, ours: Sequence[Attempted], *, now: datetime) -> None:
    """Write all acknowledgements in two statements, however many they are."""
    taken = [each for each in ours if isinstance(each.outcome, Accepted)]
    ids = [each.parcel.delivery.id for each in taken]
    leases.deliver(tx, ids, tokens={each.parcel.token for each in taken}, at=now)
    copies.took(tx, ids, at=now)
    copies.remember(tx, [row for each in taken if (row := _remembered_row(each))])
    gone = [each.parcel for each in taken if each.parcel.delivery.type is EventType.RETRACTED]
    copies.forget_of_erased(tx, [parcel.claimed.article_key for parcel in gone])


def _write_refused(tx: Tx, refusals: Sequence[tuple[Attempted, Refused]], *, now: datetime) -> None:
    pairs = [(each.parcel.delivery.partner, each.parcel.claimed.article_key) for each, _ in refusals]
    overtaken = leases.overtaken(tx, pairs) if pairs else frozenset()
    rows = [_delivery_row(each, refused, overtaken, now=now) for each, refused in refusals]
    leases.record(tx, [_unless_removed(tx, row, each) for row, (each, _) in zip(rows, refusals, strict=True)])
    copies.refused(tx, [_refused_row(each.parcel.claimed, refused, now=now) for each, refused in refusals])


def _unless_removed(tx: Tx, row: dict[str, Any], each: Attempted) -> dict[str, Any]:
    """Let nothing wait for a partner that was taken out of the configuration meanwhile."""
    waits = row["new_state"] == DeliveryState.WAITING.value
    if not waits or routes_of(tx.generation).partner(each.parcel.delivery.partner) is not None:
        return row
    ended = {"new_state": DeliveryState.CANCELLED.value, "new_reason": TAKEN_OUT}
    return row | ended | {"new_finished_at": each.began_at}


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
        "payload_digest": outcome.payload_digest,
    }


def _kept_from(each: Attempted) -> tuple[str, int]:
    return each.parcel.delivery.id, each.parcel.claimed.tries + 2 - KEPT_ATTEMPTS


def _delivery_row(
    each: Attempted, refused: Refused, overtaken: frozenset[tuple[str, int]], *, now: datetime
) -> dict[str, Any]:
    delivery = each.parcel.delivery
    made = delivery.attempts + 1
    decision = after_refusal(
        refused, lane=delivery.lane, attempts=made, owed_at=delivery.owed_at, now=now, jitter=each.jitter
    )
    row: dict[str, Any] = {
        "the_id": delivery.id,
        "token": each.parcel.token,
        "new_due_at": delivery.due_at,
        "new_attempts": made,
        "new_finished_at": now,
        "new_reason": None,
    }
    if (delivery.partner, each.parcel.claimed.article_key) in overtaken:
        return row | {"new_state": DeliveryState.SUPERSEDED.value}
    match decision:
        case RetryAt(at, kept):
            waiting = {"new_state": DeliveryState.WAITING.value, "new_due_at": at, "new_attempts": kept}
            return row | waiting | {"new_finished_at": None, "new_reason": refused.reason}
        case GiveUp(reason):
            return row | {"new_state": DeliveryState.FAILED.value, "new_reason": reason}


def _remembered_row(each: Attempted) -> dict[str, Any] | None:
    if not isinstance(each.outcome, Accepted) or not (each.outcome.url or each.outcome.remote):
        return None
    return {
        "the_partner": each.parcel.delivery.partner,
        "key": each.parcel.claimed.article_key,
        "new_url": each.outcome.url,
        "new_remote": json.dumps(each.outcome.remote, sort_keys=True) if each.outcome.remote else None,
    }


def _refused_row(claimed: Claimed, refused: Refused, *, now: datetime) -> dict[str, Any]:
    """Say what the partner holds after a refusal: what it held, unless it may have taken this revision."""
    before = Holding(claimed.holding or "none")
    fell = before in (Holding.NONE, Holding.WITHDRAWN) and not refused.certain
    return {
        "the_partner": claimed.delivery.partner,
        "key": claimed.article_key,
        "new_holding": (Holding.POSSIBLE if fell else before).value,
        "new_unsure": claimed.unsure_revision if refused.certain else claimed.delivery.revision,
        "brings": claimed.delivery.type is not EventType.RETRACTED,
        "at": now,
    }


def held_before(parcel: Parcel, *, now: datetime) -> dict[str, Any]:
    """Return the row that puts a copy back as it was before a claim of which nothing went out."""
    return _refused_row(parcel.claimed, Refused("not sent", certain=True), now=now)


def _judge_partners(tx: Tx, ours: Sequence[Attempted], *, now: datetime) -> None:
    answers: dict[str, list[tuple[str, Outcome]]] = {}
    for each in ours:
        answers.setdefault(each.parcel.delivery.partner, []).append((each.parcel.delivery.id, each.outcome))
    for partner, health in healths_to_change(tx, answers, now=now).items():
        judged = after_outcomes(health, answers[partner], now=now)
        partners.set_health(tx, partner, judged.model_dump_json(), at=now)


async def withhold(office: Office, parcel: Parcel, reason: str) -> None:
    """Skip a claimed delivery whose rights ended between the change and the send; nothing of it went out."""
    await office.store.write(_withhold, parcel, reason, office.occasion(DISPATCHER))


def _withhold(tx: Tx, parcel: Parcel, reason: str, occasion: Occasion) -> None:
    held = still_leased(tx, [parcel])
    if not held:
        return
    (parcel,), now = held, occasion.now
    refused = Refused(reason, certain=True)
    row = _delivery_row(Attempted(parcel, refused, now, timedelta(0), 0.0), refused, frozenset(), now=now)
    ended = {"new_state": DeliveryState.SKIPPED.value, "new_finished_at": now, "new_reason": reason}
    leases.record(tx, [row | ended])
    copies.refused(tx, [held_before(parcel, now=now)])
    # Who holds an earlier revision must be told that it has to go.
    if (route := routes_of(tx.generation).partner(parcel.delivery.partner)) is not None:
        owe_withdrawal(tx, parcel.claimed.article_key, route, occasion)
