"""What operators are told of: which conditions hold, which alerts begin and end, and when it is said."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from syndicate.model.alerts import Alert, AlertKind, Condition
from syndicate.policy.health import PAUSE_AT_UNAUTHORISED, Health, HealthState
from syndicate.policy.retry import PUSH_DELAYS

OUTGOING = "outgoing"
# What comes and goes is told to be over only when it has stayed away for so long.
SETTLE = timedelta(minutes=5)
# After a message, what comes up within so long is told in one.
GATHER = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(minutes=15)
# Of several workers one tells; another takes over when it has not been heard of for so long.
TURN = timedelta(minutes=5)
_UNSTEADY = frozenset({AlertKind.FAILING, AlertKind.WAITING, AlertKind.SILENT, AlertKind.GIVEN_UP})


@dataclass(frozen=True)
class Thresholds:
    """When something is worth telling: the [alerts] section."""

    failing_after: int = 4
    unacknowledged_after: timedelta = timedelta(minutes=5)
    waiting_after: timedelta = timedelta(minutes=10)
    quiet_after: timedelta = timedelta(days=1)

    @property
    def failing_for(self) -> timedelta:
        """Return how long a partner must fail: as long as so many tries at one delivery take.

        While a circuit is open, tries are spread over many deliveries, and none may have had so many for hours.
        """
        return sum(PUSH_DELAYS[: self.failing_after - 1], timedelta(0))


@dataclass(frozen=True)
class PartnerFacts:
    """How one partner does. `tries` is the most that one unsent delivery has had, `due_since` the oldest that is due.

    `missed_at` is when a partner that polled regularly did not come.
    """

    name: str
    health: Health
    contact: str | None = None
    waiting: int = 0
    tries: int = 0
    due_since: datetime | None = None
    given_up: int = 0
    missed_at: datetime | None = None


@dataclass(frozen=True)
class Unheeded:
    """A retraction that a partner has not acknowledged since `since`."""

    partner: str
    article_id: str
    since: datetime
    contact: str | None = None


@dataclass(frozen=True)
class Situation:
    """Everything that alerts are made from. `quiet` has each upstream that pushes with when it last sent something."""

    partners: Sequence[PartnerFacts] = ()
    unheeded: Sequence[Unheeded] = ()
    quiet: Sequence[tuple[str, datetime]] = ()
    halted_by: str | None = None
    braked: str | None = None


def conditions(found: Situation, thresholds: Thresholds, *, now: datetime) -> tuple[Condition, ...]:
    """Return what is wrong now, what concerns everything first."""
    stopped = found.halted_by is not None or found.braked is not None
    return tuple(
        sorted(
            (
                *_of_service(found, now),
                *_of_retractions(found.unheeded, thresholds, now),
                *(each for facts in found.partners for each in _of_partner(facts, thresholds, now, stopped=stopped)),
                *_of_upstreams(found.quiet, thresholds, now),
            ),
            key=lambda each: (_RANK[each.kind], each.subject),
        )
    )


def _of_service(found: Situation, now: datetime) -> Iterator[Condition]:
    if found.braked is not None:
        detail = f"{found.braked}; only retractions go out until `syndicate resume`"
        yield Condition(AlertKind.BRAKED, OUTGOING, detail, now)
    if found.halted_by is not None:
        detail = f"halted by {found.halted_by}; only retractions go out until `syndicate resume`"
        yield Condition(AlertKind.HALTED, OUTGOING, detail, now)


def _of_retractions(unheeded: Iterable[Unheeded], thresholds: Thresholds, now: datetime) -> Iterator[Condition]:
    for each in unheeded:
        if now - each.since >= thresholds.unacknowledged_after:
            detail = f"{each.partner} has not acknowledged the retraction of {each.article_id}{_call(each.contact)}"
            yield Condition(AlertKind.UNACKNOWLEDGED, f"{each.partner} {each.article_id}", detail, each.since)


def _of_partner(facts: PartnerFacts, thresholds: Thresholds, now: datetime, *, stopped: bool) -> Iterator[Condition]:
    sick = _sickness(facts, thresholds, now)
    if sick is not None:
        yield sick
    elif not stopped and facts.health.state is HealthState.HEALTHY:
        # Who is well and gets nothing: then it is we who are too slow, or its rate is.
        yield from _waiting(facts, thresholds, now)
    if facts.given_up:
        detail = (
            f"{facts.name} was not given {_deliveries(facts.given_up)} of the last day: given up{_call(facts.contact)}"
        )
        yield Condition(AlertKind.GIVEN_UP, facts.name, detail, now)
    if facts.missed_at is not None:
        detail = f"{facts.name} polled regularly and has stopped{_call(facts.contact)}"
        yield Condition(AlertKind.SILENT, facts.name, detail, facts.missed_at)


def _sickness(facts: PartnerFacts, thresholds: Thresholds, now: datetime) -> Condition | None:
    """Return what keeps a partner from getting what it is owed; what an operator paused is no news."""
    health = facts.health
    reason = health.last_failure or health.reason or "it does not take what it is sent"
    why = f"{facts.name}: {reason}; {_deliveries(facts.waiting)} wait"
    detail = f"{why}{_call(facts.contact)}"
    if health.state is HealthState.DISABLED:
        return Condition(AlertKind.DISABLED, facts.name, detail, health.since)
    if health.state is HealthState.PAUSED:
        refused = health.unauthorised_in_row >= PAUSE_AT_UNAUTHORISED
        return Condition(AlertKind.PAUSED, facts.name, detail, health.since) if refused else None
    since = health.failing_since
    long = health.state is HealthState.PROBING and since is not None and now - since >= thresholds.failing_for
    if long or facts.tries >= thresholds.failing_after:
        tried = f", one after {facts.tries} tries" if facts.tries else ""
        return Condition(AlertKind.FAILING, facts.name, f"{why}{tried}{_call(facts.contact)}", since or now)
    return None


def _waiting(facts: PartnerFacts, thresholds: Thresholds, now: datetime) -> Iterator[Condition]:
    if facts.due_since is not None and now - facts.due_since >= thresholds.waiting_after:
        detail = f"{facts.name} is well, and {_deliveries(facts.waiting)} wait: is its rate or its concurrency too low?"
        yield Condition(AlertKind.WAITING, facts.name, detail, facts.due_since)


def _of_upstreams(heard: Iterable[tuple[str, datetime]], thresholds: Thresholds, now: datetime) -> Iterator[Condition]:
    for name, last_at in heard:
        if now - last_at >= thresholds.quiet_after:
            yield Condition(AlertKind.QUIET, name, f"the upstream {name} has brought nothing any more", last_at)


def _call(contact: str | None) -> str:
    return f"; contact {contact}" if contact else ""


def _deliveries(number: int) -> str:
    return "1 delivery" if number == 1 else f"{number:,} deliveries"


_RANK = {
    kind: rank
    for rank, kind in enumerate(
        (
            AlertKind.BRAKED,
            AlertKind.HALTED,
            AlertKind.UNACKNOWLEDGED,
            AlertKind.DISABLED,
            AlertKind.PAUSED,
            AlertKind.FAILING,
            AlertKind.GIVEN_UP,
            AlertKind.WAITING,
            AlertKind.SILENT,
            AlertKind.QUIET,
        )
    )
}


# --- what was told, and is to be ---------------------------------------------------------------------------------


def follow(
    known: Iterable[Alert], holding: Sequence[Condition], *, channels: frozenset[str], now: datetime
) -> tuple[Alert, ...]:
    """Return the alerts to keep now: those of conditions that hold, and those whose end somebody is still owed."""
    before = {each.key: each for each in known}
    current = [_continued(before.get(each.key), each) for each in holding]
    held = {each.key for each in current}
    ended = [replace(each, ended_at=each.ended_at or now) for key, each in before.items() if key not in held]
    return (*current, *(each for each in ended if each.told & channels - each.told_end))


def _continued(known: Alert | None, condition: Condition) -> Alert:
    if known is None:
        return Alert(condition.kind, condition.subject, condition.detail, condition.since)
    if known.ended_at is None:
        return known
    # It is back before all heard that it was over: for those who did, it begins anew.
    return replace(known, ended_at=None, told=known.told - known.told_end, told_end=frozenset())


def began_for(channel: str, alerts: Iterable[Alert]) -> tuple[Alert, ...]:
    """Return what a channel has yet to hear of."""
    return tuple(each for each in alerts if each.ended_at is None and channel not in each.told)


def ended_for(channel: str, alerts: Iterable[Alert], *, now: datetime) -> tuple[Alert, ...]:
    """Return what a channel heard of that is over for good, as far as can be told."""
    return tuple(
        each
        for each in alerts
        if each.ended_at is not None
        and channel in each.told - each.told_end
        and now - each.ended_at >= (SETTLE if each.kind in _UNSTEADY else timedelta(0))
    )


def after_telling(alert: Alert, channel: str, *, now: datetime) -> Alert:
    """Return an alert once a channel was told how it stands."""
    if alert.ended_at is None:
        return replace(alert, told=alert.told | {channel}, told_at=alert.told_at or now)
    return replace(alert, told_end=alert.told_end | {channel})


def pause_after_refusals(refusals: int) -> timedelta:
    """Return how long a channel is left alone that did not take so many messages in a row."""
    return min(GATHER * (1 << min(refusals - 1, 8)), LONGEST_PAUSE)
