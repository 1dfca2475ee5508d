"""Dates as feeds write them; without a zone they count as UTC, unreadable ones as absent."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_ISO = re.compile(r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)(\.\d+)?\s*(Z|[+-]\d\d:?\d\d)?)?", re.IGNORECASE)


def read_date(text: str | None) -> datetime | None:
    """Read an RFC 3339, W3CDTF or RFC 822 date, keeping its offset."""
    text = " ".join((text or "").split())
    match = _ISO.fullmatch(text)
    try:
        found = _iso(match) if match else parsedate_to_datetime(text)
        found = found if found.tzinfo else found.replace(tzinfo=UTC)
        found.astimezone(UTC)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
    return found if 1900 <= found.year < 9999 else None


def _iso(match: re.Match[str]) -> datetime:
    day, time, fraction, zone = match.groups()
    zone = (zone or "").upper().replace("Z", "+00:00")
    return datetime.fromisoformat(f"{day}T{time or '00:00'}{(fraction or '')[:7]}{zone}")
