"""Header fields that come from outside, read and written strictly."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

# RFC 9110 sections 5.1 and 5.5: a token, and a value without controls (a tab may stand inside).
_NAMES = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]*")
_VALUES = re.compile(r"[\t\x20-\x7e\x80-\ud7ff\ue000-\U0010ffff]*")
_SECONDS = re.compile(r"[0-9]+")
# RFC 9110 section 5.6.7: the format to send, and the two obsolete ones that must still be read.
_DATE = re.compile(
    r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} [1-9]\d{3} \d\d:\d\d:\d\d GMT"
    r"|[A-Z][a-z]{5,8}, \d\d-[A-Z][a-z]{2}-\d\d \d\d:\d\d:\d\d GMT"
    r"|[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d [1-9]\d{3}",
    re.ASCII,
)
LONGEST_WAIT = timedelta(days=365)


def are_sendable(headers: Mapping[str, str]) -> bool:
    """Tell whether no name and no value could end its line and begin another (B34)."""
    # Both rules are about each character by itself, but for the name that is empty.
    return bool(all(headers) and _NAMES.fullmatch("".join(headers)) and _VALUES.fullmatch("".join(headers.values())))


def parse_retry_after(value: str | None, *, now: datetime) -> timedelta | None:
    """Read `Retry-After` (RFC 9110 section 10.2.3): how long from `now`, between nothing and a year.

    None where it is absent or of neither form; never raises. How much of it is honoured is for the retry policy.
    """
    text = (value or "").strip()
    if _SECONDS.fullmatch(text):
        # Ten digits are three centuries; int() refuses thousands of them.
        return min(timedelta(seconds=int(text.lstrip("0")[:11] or "0")), LONGEST_WAIT)
    if not _DATE.fullmatch(text):
        return None
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return min(max(at - now, timedelta(0)), LONGEST_WAIT)
