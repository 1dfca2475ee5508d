"""Times as papers print them, in the zone of whoever published the story."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo

from syndicate.model.article import Article
from syndicate.model.declarations import Publisher
from syndicate.model.instants import rfc3339

# strftime would follow the locale of the process; the pages' own words are English.
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True)
class Moment:
    """A time for people and, as the `datetime` attribute, for programs."""

    text: str
    datetime: str


def zone_of(article: Article, publisher: Publisher) -> tzinfo:
    """Return the zone to show an article's times in: the one its record names, else the publisher's.

    A bare offset names no zone: it says nothing of summer time, and feeds write UTC for everything.
    """
    for instant in (article.published_at, article.updated_at):
        if instant and isinstance(instant.tzinfo, ZoneInfo) and instant.tzinfo.key != "UTC":
            return instant.tzinfo
    return ZoneInfo(publisher.timezone)


def clock_and_date(instant: datetime, zone: tzinfo) -> Moment:
    """Format a time in full: `09:50 EDT, 19 October 2017`."""
    local = instant.astimezone(zone)
    return Moment(f"{_clock(local)}, {_date(local)}", _program(local))


def time_or_date(instant: datetime, zone: tzinfo, *, now: datetime) -> Moment:
    """Format a time for a list: the clock if it is today, else the date, with the year if that is another."""
    local, today = instant.astimezone(zone), now.astimezone(zone)
    if local.date() == today.date():
        return Moment(_clock(local), _program(local))
    text = _date(local) if local.year != today.year else _date(local).rpartition(" ")[0]
    return Moment(text, _program(local))


def full_date(instant: datetime, zone: tzinfo) -> Moment:
    """Format a day as a masthead carries it: `Wednesday, 4 March 2026`."""
    local = instant.astimezone(zone)
    return Moment(f"{_DAYS[local.weekday()]}, {_date(local)}", local.date().isoformat())


def _date(local: datetime) -> str:
    return f"{local.day} {_MONTHS[local.month - 1]} {local.year}"


def _clock(local: datetime) -> str:
    name = local.tzname() or ""
    # Zones without an abbreviation are named by their bare offset: +03 alone could be read as part of the time.
    return f"{local:%H:%M} {'UTC' if name[:1] in '+-' else ''}{name}"


def _program(local: datetime) -> str:
    return rfc3339(local.replace(microsecond=0))
