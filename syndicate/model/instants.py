"""Instants: RFC 3339 with an offset, optionally with a zone in brackets (RFC 9557)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

_SHAPE = re.compile(
    r"(?P<instant>\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d))(?:\[!?(?P<zone>[A-Za-z0-9_+\-/]{1,64})\])?"
)


def parse_instant(value: object) -> datetime:
    """Read an instant such as `2017-10-19T09:50:00-04:00[America/New_York]`.

    Returns an aware datetime whose tzinfo is the named zone where one is given, else the fixed offset.
    Raises ValueError for a naive time, an unknown zone, or an offset the zone does not have then (RFC 9557, 3.4).
    """
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError("needs an offset, such as 2026-01-31T09:50:00Z")
        return value
    if not isinstance(value, str) or (match := _SHAPE.fullmatch(value.strip())) is None:
        raise ValueError("must be RFC 3339 with seconds and an offset, such as 2026-01-31T09:50:00+01:00")
    instant = _fixed(match["instant"])
    return instant if match["zone"] is None else _zoned(instant, match["zone"])


def _fixed(text: str) -> datetime:
    text = re.sub(r"(\.\d{6})\d+", r"\1", text.upper())
    try:
        instant = datetime.fromisoformat(text)
        instant.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"is no real time: {error}") from error
    if not 1 < instant.year < 9999:
        raise ValueError("the year must lie between 2 and 9998")
    return instant


def _zoned(instant: datetime, name: str) -> datetime:
    try:
        zone = ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"unknown time zone {name!r}") from error
    local = instant.astimezone(zone)
    if local.utcoffset() != instant.utcoffset() and instant.utcoffset():
        raise ValueError(f"the offset is not that of {name} at this time; it would be {local:%z}")
    return local


def format_instant(instant: datetime) -> str:
    """Write an instant so that `parse_instant` reads back the same instant and zone."""
    zone = instant.tzinfo
    text = rfc3339(instant)
    return f"{text}[{zone.key}]" if isinstance(zone, ZoneInfo) and zone.key != "UTC" else text


def rfc3339(instant: datetime) -> str:
    """Write an instant as RFC 3339 with seconds, `Z` for UTC, and a fraction only where there is one."""
    if instant.tzinfo is not UTC and (instant.utcoffset() or timedelta()) % timedelta(minutes=1):
        # Local mean time, before zones were standardised, has seconds; RFC 3339 has no place for them.
        instant = instant.astimezone(UTC)
    text = instant.isoformat(timespec="microseconds" if instant.microsecond else "seconds")
    return text.removesuffix("+00:00") + "Z" if text.endswith("+00:00") else text


# A moment in time; ordered and compared in UTC, shown in its own zone.
Instant = Annotated[
    datetime,
    BeforeValidator(parse_instant),
    PlainSerializer(format_instant, return_type=str),
    WithJsonSchema({"type": "string", "description": "RFC 3339 with offset, optionally [Zone/Name] (RFC 9557)"}),
]
