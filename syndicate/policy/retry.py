"""When to try again, and when to give up: the tables of pushes and of retractions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from syndicate.model.delivery import Lane
from syndicate.policy.outcome import Refused


def _table(*seconds: int) -> tuple[timedelta, ...]:
    return tuple(timedelta(seconds=number) for number in seconds)


_HOUR = 3_600
# With the first try these make twelve, over 70 hours.
PUSH_DELAYS = _table(5, 30, 120, 600, 1_800, _HOUR, 3 * _HOUR, 6 * _HOUR, 12 * _HOUR, 24 * _HOUR, 24 * _HOUR)
RETRACT_DELAYS = _table(1, 5, 15, 30, 60, 120, 300, 900)
_RETRACT_DELAY_FIRST_DAY = timedelta(minutes=15)
_RETRACT_DELAY_LATER = timedelta(hours=1)
_DAY = timedelta(days=1)
RETRACT_FOR = timedelta(days=7)
OVERLOAD_FLOOR = timedelta(seconds=60)
LONGEST_RETRY_AFTER = _DAY
# The same bytes will be refused again, but a deploy on the partner's side may have slipped.
TRIES_OF_WHAT_IS_REFUSED_FOR_GOOD = 2


@dataclass(frozen=True)
class RetryAt:
    """Try again at `at`; `attempts` is the place in the table to keep with the delivery."""

    at: datetime
    attempts: int


@dataclass(frozen=True)
class GiveUp:
    """The delivery failed; an operator can retry it."""

    reason: str


Decision = RetryAt | GiveUp


def after_refusal(
    refused: Refused, *, lane: Lane, attempts: int, owed_at: datetime, now: datetime, jitter: float
) -> Decision:
    """Decide what becomes of a delivery that was not taken.

    `attempts` counts the tries made, this one included; `jitter` lies in [0, 1) and stretches the delay by 0.8 to 1.2;
    `owed_at` is when the delivery came to be owed: retractions go by age, not by number.
    Retry-After is obeyed up to a day and never undercut.
    """
    # Work that was done is kept, so that what is left deserves the whole table again.
    tries = 1 if refused.progressed and not refused.permanent else attempts
    delay = _retract_delay(tries, now - owed_at) if lane is Lane.RETRACTION else _push_delay(tries, refused)
    if delay is None:
        return GiveUp(refused.reason)
    return RetryAt(at=now + _wait(delay, refused, jitter), attempts=tries)


def pause_in_step(attempts: int) -> timedelta:
    """Return a pause that no jitter outlasts, for deliveries refused together that shall come back together."""
    return max(OVERLOAD_FLOOR, PUSH_DELAYS[min(attempts, len(PUSH_DELAYS)) - 1] * 1.25)


def _push_delay(tries: int, refused: Refused) -> timedelta | None:
    if refused.permanent and tries >= TRIES_OF_WHAT_IS_REFUSED_FOR_GOOD:
        return None
    return PUSH_DELAYS[tries - 1] if tries <= len(PUSH_DELAYS) else None


def _retract_delay(tries: int, age: timedelta) -> timedelta | None:
    # What must come down is asked for again even where the answer sounds final.
    if age >= RETRACT_FOR:
        return None
    if tries <= len(RETRACT_DELAYS):
        return RETRACT_DELAYS[tries - 1]
    return _RETRACT_DELAY_FIRST_DAY if age < _DAY else _RETRACT_DELAY_LATER


def _wait(delay: timedelta, refused: Refused, jitter: float) -> timedelta:
    wait = delay * (0.8 + 0.4 * jitter)
    if refused.overloaded:
        wait = max(wait, OVERLOAD_FLOOR)
    return max(wait, min(refused.retry_after or wait, LONGEST_RETRY_AFTER))
