"""The health of a partner: one state instead of a breaker, a pause and a switch."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import groupby
from typing import assert_never

from pydantic import AwareDatetime, BaseModel, ConfigDict

from syndicate.model.delivery import Lane
from syndicate.policy.outcome import Accepted, Outcome, Refused

WINDOW = timedelta(minutes=5)
_BUCKET_SECONDS = 30
OPEN_AT_CONSECUTIVE = 5
OPEN_AT_REQUESTS = 10
OPEN_AT_SHARE = 0.5
FIRST_PROBE_DELAY = timedelta(seconds=30)
LONGEST_PROBE_DELAY = timedelta(minutes=15)
CLOSE_AFTER_OKS = 3
PAUSE_AT_UNAUTHORISED = 3
DISABLE_AFTER = timedelta(days=5)
DISABLE_AT_DELIVERIES = 10


class HealthState(StrEnum):
    HEALTHY = "healthy"
    PROBING = "probing"
    PAUSED = "paused"
    DISABLED = "disabled"


class Tally(BaseModel):
    """Answers of half a minute that began at `start`, in seconds since the epoch."""

    model_config = ConfigDict(frozen=True)

    start: int
    ok: int = 0
    failed: int = 0


class Health(BaseModel):
    """How a partner fares; kept as JSON, bounded in size.

    `reason` says why it is in its state, `last_failure` what went wrong last, while it fails; `recent` covers the last
    five minutes; `failing_ids` are the first distinct deliveries that failed since
    `failing_since`, and `oks` the answers in a row that a probing partner gave.
    """

    model_config = ConfigDict(frozen=True)

    state: HealthState = HealthState.HEALTHY
    since: AwareDatetime
    reason: str | None = None
    last_failure: str | None = None
    recent: tuple[Tally, ...] = ()
    consecutive_failures: int = 0
    unauthorised_in_row: int = 0
    failing_since: AwareDatetime | None = None
    failing_ids: tuple[str, ...] = ()
    probe_at: AwareDatetime | None = None
    probe_delay: timedelta = FIRST_PROBE_DELAY
    oks: int = 0


def pause(health: Health, *, now: datetime, reason: str) -> Health:
    """Send nothing until `resume`."""
    return _into(health, HealthState.PAUSED, now=now, reason=reason)


def resume(health: Health, *, now: datetime) -> Health:
    """Start afresh, whatever was; what went wrong before no longer counts."""
    return Health(since=health.since if health.state is HealthState.HEALTHY else now)


def may_send(health: Health, lane: Lane, now: datetime, *, in_flight: int = 0) -> bool:
    """Say whether a delivery may be claimed, with `in_flight` others of this partner being sent.

    Retractions pass a probing partner; the others go one at a time, then two, then four, until it is healthy.
    """
    match health.state:
        case HealthState.HEALTHY:
            return True
        case HealthState.PROBING:
            return lane is Lane.RETRACTION or (_probe_is_due(health, now) and in_flight < 2**health.oks)
        case HealthState.PAUSED | HealthState.DISABLED:
            return False
        case _:
            assert_never(health.state)


def after_outcome(health: Health, outcome: Outcome, *, delivery_id: str, now: datetime) -> Health:
    """Return the partner's health after one answer.

    Only what speaks of the partner counts, and an answer to several deliveries once: a refusal of these bytes for good
    is the answer of a partner that is well.
    A paused or disabled partner stays so, whatever a send that was under way brings.
    """
    if health.state in (HealthState.PAUSED, HealthState.DISABLED) or not _tells(outcome):
        return health
    if isinstance(outcome, Accepted):
        return _after_ok(health, now)
    if outcome.gone:
        return _into(health, HealthState.DISABLED, now=now, reason="the partner answered that its address is gone")
    if outcome.permanent and not outcome.unauthorised:
        return _after_ok(health, now)
    counted = _count_failure(
        health, delivery_id, now, in_row=health.unauthorised_in_row + 1 if outcome.unauthorised else 0
    ).model_copy(update={"last_failure": outcome.reason})
    return _judge_failing(counted, outcome.reason, now)


def after_outcomes(health: Health, outcomes: Sequence[tuple[str, Outcome]], *, now: datetime) -> Health:
    """Return the partner's health after answers in their order, each with its delivery's id; as `after_outcome`."""
    given = [each for each in outcomes if _tells(each[1])]
    for taken, run in groupby(given, key=lambda each: isinstance(each[1], Accepted)):
        answers = list(run)
        if taken and health.state is HealthState.HEALTHY:
            health = _after_ok(health, now, count=len(answers))
            continue
        for delivery_id, outcome in answers:
            health = after_outcome(health, outcome, delivery_id=delivery_id, now=now)
    return health


def _tells(outcome: Outcome) -> bool:
    """Say whether an outcome tells anything of the partner that another does not."""
    return not outcome.echo and not (isinstance(outcome, Refused) and outcome.ours)


def _into(health: Health, state: HealthState, *, now: datetime, reason: str) -> Health:
    return health.model_copy(update={"state": state, "since": now, "reason": reason, "probe_at": None, "oks": 0})


def _after_ok(health: Health, now: datetime, *, count: int = 1) -> Health:
    oks = health.oks + 1 if health.state is HealthState.PROBING else 0
    if oks >= CLOSE_AFTER_OKS:
        return Health(since=now)
    return health.model_copy(
        update={
            "recent": _tallied(health.recent, now, ok=count),
            "consecutive_failures": 0,
            "unauthorised_in_row": 0,
            "failing_since": None,
            "last_failure": None,
            "failing_ids": (),
            "oks": oks,
            "probe_at": None,
        }
    )


def _count_failure(health: Health, delivery_id: str, now: datetime, *, in_row: int) -> Health:
    ids = health.failing_ids
    if delivery_id not in ids:
        ids = (*ids, delivery_id)[:DISABLE_AT_DELIVERIES]
    return health.model_copy(
        update={
            "recent": _tallied(health.recent, now, failed=1),
            "consecutive_failures": health.consecutive_failures + 1,
            "unauthorised_in_row": in_row,
            "failing_since": health.failing_since or now,
            "failing_ids": ids,
            "oks": 0,
        }
    )


def _judge_failing(health: Health, reason: str, now: datetime) -> Health:
    failing_for = now - (health.failing_since or now)
    if failing_for >= DISABLE_AFTER and len(health.failing_ids) >= DISABLE_AT_DELIVERIES:
        return _into(health, HealthState.DISABLED, now=now, reason=f"failing for {DISABLE_AFTER.days} days: {reason}")
    if health.unauthorised_in_row >= PAUSE_AT_UNAUTHORISED:
        return _into(health, HealthState.PAUSED, now=now, reason=f"the partner refuses our credentials: {reason}")
    if health.state is HealthState.PROBING:
        return _probe_later(health, now)
    if _should_open(health):
        opened = _into(health, HealthState.PROBING, now=now, reason=reason)
        return opened.model_copy(update={"probe_at": now + FIRST_PROBE_DELAY, "probe_delay": FIRST_PROBE_DELAY})
    return health


def _probe_later(health: Health, now: datetime) -> Health:
    # A send that began before the circuit opened is no probe, and neither is a retraction that passed it.
    if not _probe_is_due(health, now):
        return health
    delay = min(health.probe_delay * 2, LONGEST_PROBE_DELAY)
    return health.model_copy(update={"probe_at": now + delay, "probe_delay": delay})


def _probe_is_due(health: Health, now: datetime) -> bool:
    # Further away than it was ever set: the clock was put back since.
    return health.probe_at is None or now >= health.probe_at or health.probe_at - now > health.probe_delay


def _should_open(health: Health) -> bool:
    failed = sum(tally.failed for tally in health.recent)
    requests = failed + sum(tally.ok for tally in health.recent)
    often = requests >= OPEN_AT_REQUESTS and failed >= OPEN_AT_SHARE * requests
    return often or health.consecutive_failures >= OPEN_AT_CONSECUTIVE


def _tallied(recent: tuple[Tally, ...], now: datetime, *, ok: int = 0, failed: int = 0) -> tuple[Tally, ...]:
    second = int(now.timestamp())
    start = second - second % _BUCKET_SECONDS
    kept = tuple(tally for tally in recent if start - WINDOW.total_seconds() < tally.start < start)
    current = next((tally for tally in recent if tally.start == start), Tally(start=start))
    return (*kept, Tally(start=start, ok=current.ok + ok, failed=current.failed + failed))
