"""What the API answers with, as JSON-ready values."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from syndicate.actions.accept import Receipt
from syndicate.actions.read import as_it_stands
from syndicate.errors import Violation
from syndicate.model.alerts import Alert
from syndicate.model.delivery import Attempt, Copy, Delivery
from syndicate.model.instants import rfc3339
from syndicate.model.journal import JournalEntry
from syndicate.model.stored import StoredArticle


def article(stored: StoredArticle) -> dict[str, Any]:
    """Show an article as it stands; of an erased one only what may stay."""
    standing = as_it_stands(stored)
    if standing is None:
        return {"schema": 1, "id": stored.id, "slug": stored.slug, "revision": stored.revision, "status": stored.status}
    return standing.wire()


def receipt(done: Receipt) -> dict[str, Any]:
    """Show the article and what the write did: `outcome`, and `notices` of what reading it cleaned away."""
    return article(done.stored) | {"outcome": done.result, "notices": notices(done.changes)}


def notices(changes: Sequence[Violation]) -> list[dict[str, str]]:
    return [{"path": each.path, "message": each.reason} for each in changes]


def when(at: datetime | None) -> str | None:
    return None if at is None else rfc3339(at)


def delivery(each: Delivery) -> dict[str, Any]:
    return {
        "id": each.id,
        "partner": each.partner,
        "article": each.article_id,
        "revision": each.revision,
        "seq": each.seq,
        "type": each.type,
        "cause": each.cause,
        "state": each.state,
        "due_at": when(each.due_at),
        "created_at": when(each.created_at),
        "attempts": each.attempts,
        "finished_at": when(each.finished_at),
        "reason": each.reason,
    }


def attempt(each: Attempt) -> dict[str, Any]:
    return {
        "number": each.number,
        "at": when(each.at),
        "duration_ms": each.duration_ms,
        "outcome": each.outcome,
        "status": each.status,
        "answer": each.answer,
        "payload_digest": each.payload_digest,
    }


def copy(each: Copy) -> dict[str, Any]:
    return {
        "partner": each.partner,
        "article": each.article_id,
        "holding": each.holding,
        "revision": each.revision,
        "seq": each.seq,
        "evidence": each.evidence,
        "url": each.url,
        "changed_at": when(each.changed_at),
        "note": each.note,
        "audited_at": when(each.audited_at),
        "audit": each.audit,
    }


def alert(each: Alert) -> dict[str, Any]:
    return {
        "kind": each.kind,
        "subject": each.subject,
        "detail": each.detail,
        "since": when(each.since),
        "told_at": when(each.told_at),
    }


def journal_entry(each: JournalEntry) -> dict[str, Any]:
    return {
        "seq": each.seq,
        "article": each.article_id,
        "revision": each.revision,
        "kind": each.kind,
        "at": when(each.at),
        "actor": each.actor,
        "reason": each.reason,
    }
