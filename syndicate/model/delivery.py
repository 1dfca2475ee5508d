"""Deliveries and copies: what partners are owed, and what they hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any

from syndicate.model.journal import Cause


class DeliveryState(StrEnum):
    WAITING = "waiting"
    SENDING = "sending"
    DELIVERED = "delivered"
    SUPERSEDED = "superseded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    SKIPPED = "skipped"


class EventType(StrEnum):
    PUBLISHED = "article.published"
    UPDATED = "article.updated"
    CORRECTED = "article.corrected"
    RETRACTED = "article.retracted"
    TEST = "syndicate.test"


class Lane(IntEnum):
    """The order in which due deliveries go; the first lane also passes pauses in the retry tables' favour."""

    RETRACTION = 0
    CORRECTION = 1
    NORMAL = 2


class Holding(StrEnum):
    """What a partner holds of an article."""

    NONE = "none"
    """An attempt began, and the partner certainly did not take it."""
    POSSIBLE = "possible"
    """An attempt's outcome is unknown: the partner may hold it."""
    HELD = "held"
    WITHDRAWN = "withdrawn"
    """The partner acknowledged a retraction."""


class Evidence(StrEnum):
    """How we know what a partner holds."""

    ACKNOWLEDGED = "acknowledged"
    FETCHED = "fetched"
    VERIFIED = "verified"
    CONFIRMED = "confirmed"


@dataclass(frozen=True)
class Copy:
    """An article as one partner holds it. `revision` and `seq` are the newest that may have reached it."""

    partner: str
    article_id: str
    holding: Holding
    revision: int
    seq: int
    evidence: Evidence | None
    url: str | None
    remote: dict[str, Any]
    changed_at: datetime
    note: str | None = None
    audited_at: datetime | None = None
    audit: dict[str, Any] | None = None
    """What it showed when it was last read back (model.copy_page.Audit)."""


@dataclass(frozen=True)
class Delivery:
    """One revision of one article owed to one partner. `id` is the webhook-id of every attempt at it."""

    id: str
    partner: str
    article_id: str
    revision: int
    seq: int
    type: EventType
    lane: Lane
    cause: Cause | None
    public_note: str | None
    state: DeliveryState
    due_at: datetime
    created_at: datetime
    owed_at: datetime
    """When it came to be owed, or was asked for again: its retry table counts from here."""
    attempts: int
    finished_at: datetime | None
    reason: str | None


@dataclass(frozen=True)
class Attempt:
    """One try: when, how long in milliseconds, what came back (`answer`: its first bytes).

    `payload_digest` is the SHA-256 of what was sent, where that is known.
    """

    number: int
    at: datetime
    duration_ms: int
    outcome: str
    status: int | None
    answer: str | None
    payload_digest: str | None
