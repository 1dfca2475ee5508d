"""Schedules: when the next run of a partner or an upstream is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import assert_never
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger

from syndicate.model.durations import parse_duration
from syndicate.policy.cron import CronFields, parse_cron

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTE = timedelta(minutes=1)
_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True)
class Immediately:
    """At once."""


@dataclass(frozen=True)
class Every:
    """Each time a whole number of intervals has passed since the Unix epoch, so that restarts shift nothing."""

    interval: timedelta


@dataclass(frozen=True)
class Cron:
    """At local times of a zone: each local date and time once, a repeated one on its first occurrence.

    A local time that the clocks skip counts at the instant of the skip.
    """

    text: str
    timezone: str


Schedule = Immediately | Every | Cron


@lru_cache(maxsize=1024)
def parse_schedule(text: str, timezone: str) -> Schedule:
    """Read `immediately`, `every 90s` or five cron fields; the zone counts for cron only.

    Raises ValueError in words for an operator.
    """
    words = text.strip().lower()
    if words == "immediately":
        return Immediately()
    if words.startswith("every "):
        return Every(_interval(words.removeprefix("every ")))
    try:
        parse_cron(words)
    except ValueError as error:
        raise ValueError(f'{error} (or write "immediately" or "every 90s")') from error
    return Cron(" ".join(words.split()), _known_zone(timezone))


def _interval(text: str) -> timedelta:
    interval = parse_duration(text)
    if interval < timedelta(seconds=1):
        raise ValueError("an interval must be one second or more")
    return interval


def _known_zone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"unknown time zone {name!r}; use a name such as Europe/London") from error


def next_run(schedule: Schedule, *, after: datetime) -> datetime:
    """Return the first occurrence strictly later than `after`, in UTC; `after` itself for `immediately`."""
    match schedule:
        case Immediately():
            return after.astimezone(UTC)
        case Every(interval):
            return _EPOCH + ((after - _EPOCH) // interval + 1) * interval
        case Cron():
            # Occurrences are whole minutes, so that all questions of one minute have one answer to remember.
            return _next_of_cron(schedule, after.astimezone(UTC).replace(second=0, microsecond=0))
        case _:
            assert_never(schedule)


def due_at(schedule: Schedule, *, ready_at: datetime, now: datetime) -> datetime:
    """Return when something ready at `ready_at` goes: the first occurrence not before it, and not before now."""
    earliest = max(ready_at, now)
    return next_run(schedule, after=earliest if isinstance(schedule, Immediately) else earliest - _INSTANT)


@lru_cache(maxsize=4096)
def _next_of_cron(cron: Cron, after: datetime) -> datetime:
    zone = ZoneInfo(cron.timezone)
    local = _next_local(cron, after.astimezone(zone).replace(tzinfo=None))
    # In the second pass of a repeated hour the local times that follow have had their run.
    while (instant := _first_instant(local, zone)) <= after:
        local = _next_local(cron, local)
    return instant


def _next_local(cron: Cron, after: datetime) -> datetime:
    """Return the next local time as a naive datetime, with the clocks left out of it."""
    start = after.replace(tzinfo=UTC) + _MINUTE
    found = (trigger.get_next_fire_time(None, start) for trigger in _triggers(cron.text))
    first: datetime = min(time for time in found if time is not None)
    return first.replace(tzinfo=None)


def _first_instant(local: datetime, zone: ZoneInfo) -> datetime:
    instant = local.replace(tzinfo=zone).astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == local:
        return instant
    return _end_of_skip(local.replace(tzinfo=zone, fold=1).astimezone(UTC), instant, zone)


def _end_of_skip(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """Find the whole minute at which the clocks were put forward: later than `before`, at most `after`."""
    offset = after.astimezone(zone).utcoffset()
    low, high = 0, (after - before) // _MINUTE
    while low + 1 < high:
        middle = (low + high) // 2
        skipped = (before + middle * _MINUTE).astimezone(zone).utcoffset() == offset
        low, high = (low, middle) if skipped else (middle, high)
    return before + high * _MINUTE


@lru_cache(maxsize=1024)
def _triggers(text: str) -> tuple[CronTrigger, ...]:
    # Run in UTC over local times: APScheduler's own walk over zones fires a repeated local time twice.
    fields = parse_cron(text)
    if not fields.either_day:
        return (_trigger(fields, days=fields.days, weekdays=fields.weekdays),)
    # APScheduler joins the two kinds of day with "and", POSIX with "or".
    by_weekday = _trigger(fields, days=frozenset(range(1, 32)), weekdays=fields.weekdays)
    by_date = _trigger(fields, days=fields.days, weekdays=frozenset(range(7)))
    # A date that never comes would be sought until the year 9999.
    return (by_weekday, by_date) if fields.has_dates else (by_weekday,)


def _trigger(fields: CronFields, *, days: frozenset[int], weekdays: frozenset[int]) -> CronTrigger:
    return CronTrigger(
        minute=_expression(fields.minutes, count=60),
        hour=_expression(fields.hours, count=24),
        day=_expression(days, count=31),
        month=_expression(fields.months, count=12),
        # Monday is 1 in POSIX and 0 in APScheduler.
        day_of_week=_expression(frozenset((day - 1) % 7 for day in weekdays), count=7),
        second=0,
        timezone=UTC,
    )


def _expression(numbers: frozenset[int], *, count: int) -> str:
    return "*" if len(numbers) == count else ",".join(map(str, sorted(numbers)))
