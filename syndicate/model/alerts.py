"""Alerts: what operators are to be told of, and were."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class AlertKind(StrEnum):
    """What is wrong, as programs read it."""

    FAILING = "failing"
    PAUSED = "paused"
    """A partner refuses our credentials, so that nothing goes to it, not even a retraction."""
    DISABLED = "disabled"
    GIVEN_UP = "given_up"
    UNACKNOWLEDGED = "unacknowledged"
    """A retraction that a partner did not acknowledge; the subject is `PARTNER ARTICLE`."""
    WAITING = "waiting"
    SILENT = "silent"
    QUIET = "quiet"
    HALTED = "halted"
    BRAKED = "braked"


@dataclass(frozen=True)
class Condition:
    """Something that is wrong now: of which partner, upstream or article, in words, and since when."""

    kind: AlertKind
    subject: str
    detail: str
    since: datetime

    @property
    def key(self) -> tuple[AlertKind, str]:
        return self.kind, self.subject


@dataclass(frozen=True)
class Alert:
    """A condition that holds, or that ended and whose end is still to be told.

    `told` and `told_end` are the channels that heard of its beginning and of its end; `told_at` is when the first did.
    """

    kind: AlertKind
    subject: str
    detail: str
    since: datetime
    told_at: datetime | None = None
    ended_at: datetime | None = None
    told: frozenset[str] = frozenset()
    told_end: frozenset[str] = frozenset()

    @property
    def key(self) -> tuple[AlertKind, str]:
        return self.kind, self.subject


@dataclass(frozen=True)
class Message:
    """What one channel is told at one time: what began, and what ended, in the publisher's name."""

    publisher: str
    root: str
    at: datetime
    began: tuple[Alert, ...]
    ended: tuple[Alert, ...]

    @property
    def empty(self) -> bool:
        return not (self.began or self.ended)
