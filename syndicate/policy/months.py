"""Calendar months, in the zone in which somebody counts them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")


@dataclass(frozen=True)
class Period:
    """From `start` up to, and without, `end`; both in UTC."""

    start: datetime
    end: datetime


def month(text: str, timezone: str) -> Period:
    """Read `YYYY-MM` as a month in a zone. Raises ValueError that says what to write."""
    match = _MONTH.fullmatch(text)
    if match is None or not 1970 <= int(match[1]) <= 9_000:
        raise ValueError("must be a month such as 2026-03")
    year, number = int(match[1]), int(match[2])
    after = (year + 1, 1) if number == 12 else (year, number + 1)
    return Period(_first_of(year, number, timezone), _first_of(*after, timezone))


def _first_of(year: int, number: int, timezone: str) -> datetime:
    return datetime(year, number, 1, tzinfo=ZoneInfo(timezone)).astimezone(UTC)
