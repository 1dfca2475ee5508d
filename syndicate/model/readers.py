"""Who polls a feed, as it is kept: counts and times, and no address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

# The one reader of a partner's own feed: who that is, its token says.
PARTNER_READER = "partner"
# All who found no room of their own.
OTHERS = "others"


@dataclass(frozen=True)
class Polls:
    """What one reader did since it was last written down. `subscribers` is None where it did not say."""

    feed: str
    reader: str
    service: str
    subscribers: int | None
    polls: int
    not_modified: int
    unconditional: int


@dataclass(frozen=True)
class Reader:
    """One reader of one feed since `first_at`. `interval` is its usual one, None before the second poll.

    `silent_since` is when a partner was missed that came regularly, until it comes again.
    """

    feed: str
    reader: str
    service: str
    subscribers: int
    polls: int
    not_modified: int
    unconditional: int
    interval: timedelta | None
    first_at: datetime
    last_at: datetime
    silent_since: datetime | None = None


@dataclass(frozen=True)
class Audience:
    """All readers of one feed together; `subscribers` of those seen lately."""

    feed: str
    subscribers: int
    readers: int
    polls: int
    not_modified: int
    unconditional: int
