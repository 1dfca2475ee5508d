"""POSIX cron expressions, read into sets of numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_LONGEST_MONTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_ITEM = re.compile(r"(?:(?P<every>\*)|(?P<first>[a-z]+|\d{1,2})(?:-(?P<last>[a-z]+|\d{1,2}))?)(?:/(?P<step>\d{1,3}))?")


@dataclass(frozen=True)
class _Field:
    name: str
    low: int
    high: int
    names: tuple[str, ...] = ()


_MINUTE = _Field("minute", 0, 59)
_HOUR = _Field("hour", 0, 23)
_DAY = _Field("day of month", 1, 31)
_MONTH = _Field("month", 1, 12, ("", *_MONTHS))
_WEEKDAY = _Field("day of week", 0, 7, (*_WEEKDAYS,))


@dataclass(frozen=True)
class CronFields:
    """When a cron expression fires. Weekdays are those of POSIX: 0 is Sunday.

    `either_day`: day of month and day of week are both restricted, so that a day matching either counts.
    """

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    either_day: bool

    @property
    def has_dates(self) -> bool:
        """Whether any month of these has any of these days."""
        return any(min(self.days) <= _LONGEST_MONTHS[month - 1] for month in self.months)


def parse_cron(text: str) -> CronFields:
    """Read five fields: minute, hour, day of month, month, day of week (POSIX crontab, with names and steps).

    Raises ValueError that names the field and what it may be, or that the expression never fires.
    """
    parts = text.lower().split()
    if len(parts) != 5:
        raise ValueError("needs five fields: minute, hour, day of month, month, day of week")
    fields = CronFields(
        minutes=_read(_MINUTE, parts[0]),
        hours=_read(_HOUR, parts[1]),
        days=_read(_DAY, parts[2]),
        months=_read(_MONTH, parts[3]),
        weekdays=frozenset(day % 7 for day in _read(_WEEKDAY, parts[4])),
        # A field that starts with a star restricts, but does not make the other one optional: crontab(5).
        either_day=not parts[2].startswith("*") and not parts[4].startswith("*"),
    )
    if not fields.has_dates and not fields.either_day:
        raise ValueError("never fires: no month it names has that day")
    return fields


def _read(field: _Field, text: str) -> frozenset[int]:
    return frozenset(number for item in text.split(",") for number in _item(field, item))


def _item(field: _Field, text: str) -> range:
    match = _ITEM.fullmatch(text)
    if match is None:
        raise ValueError(f"the {field.name} {text!r} cannot be read; write a number, 1-5, */5 or a list of them")
    if match["every"]:
        # Sunday must not count twice.
        first, last = field.low, min(field.high, 6) if field is _WEEKDAY else field.high
    else:
        first, last = _ends(field, match["first"], match["last"])
        if match["step"] and match["last"] is None:
            raise ValueError(f"the {field.name} {text!r} needs a range; write {first}-{field.high}/{match['step']}")
    return range(first, last + 1, _step(field, match["step"]))


def _ends(field: _Field, first_text: str, last_text: str | None) -> tuple[int, int]:
    first = _number(field, first_text)
    last = first if last_text is None else _number(field, last_text)
    if field is _WEEKDAY and last == 0 < first:
        last = 7  # "fri-sun": Sunday closes the week, too.
    if last < first:
        raise ValueError(f"the {field.name} {first_text}-{last_text} runs backwards")
    return first, last


def _number(field: _Field, text: str) -> int:
    number = field.names.index(text) if text in field.names else int(text) if text.isdigit() else -1
    if not field.low <= number <= field.high:
        raise ValueError(f"the {field.name} {text!r} must lie between {field.low} and {field.high}")
    return number


def _step(field: _Field, text: str | None) -> int:
    if text is not None and int(text) == 0:
        raise ValueError(f"the step of the {field.name} must be 1 or more")
    return int(text or 1)
