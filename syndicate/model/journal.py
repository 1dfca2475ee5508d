"""The journal: what happened to articles, in the order of commit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    PUBLISHED = "published"
    UPDATED = "updated"
    CORRECTED = "corrected"
    RETRACTED = "retracted"
    EXPIRED = "expired"
    RESTORED = "restored"


class Cause(StrEnum):
    """Why a copy must go."""

    RETRACTED = "retracted"
    EXPIRED = "expired"
    DESELECTED = "deselected"
    RIGHTS = "rights"


@dataclass(frozen=True)
class JournalEntry:
    seq: int
    article_id: str
    revision: int
    kind: Kind
    at: datetime
    actor: str
    reason: str | None
