"""Sendings as the service makes them: a publication, an update, a correction, a retraction."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic_core import to_json

from syndicate.connectors.contract import Sending
from syndicate.model.article import Article
from syndicate.model.delivery import EventType
from syndicate.model.journal import Cause

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


def a_sending(*, title: str = "New ferry sails on time", **changes: Any) -> Sending:
    """Build a publication of an article with this title; `changes` are values of the sending."""
    record = {
        "id": "tag:harbour.example,2026:ferry",
        "url": "https://harbour.example/articles/ferry",
        "slug": "ferry",
        "title": title,
        "summary": "The first crossing of the new ferry left on the minute.",
        "body_html": "<p>The ferry left at nine.</p><p>It arrived at ten.</p>",
        "byline": "By Jo Smith",
        "published_at": NOW - timedelta(hours=2),
        "updated_at": NOW - timedelta(hours=1),
        "language": "en-GB",
        "categories": ["Harbour"],
        "keywords": ["ferries"],
        "source": {"name": "Harbour Daily", "url": "https://harbour.example/"},
        "revision": 1,
        "seq": 1,
        "status": "published",
    }
    article = Article.model_validate(record | changes.pop("article", {}))
    values: dict[str, Any] = {
        "delivery_id": "msg_1",
        "type": EventType.PUBLISHED,
        "at": NOW,
        "record": to_json(article.wire()),
        "article_id": article.id,
        "url": article.url,
        "revision": 1,
        "seq": 7,
        "slug": "ferry",
    }
    return Sending(**values | changes)


def an_update(title: str, **changes: Any) -> Sending:
    values: dict[str, Any] = {"delivery_id": "msg_2", "type": EventType.UPDATED, "revision": 2, "seq": 8}
    return a_sending(title=title, **values | changes)


def a_correction(title: str, **changes: Any) -> Sending:
    note = {"corrections": [{"note": "The ferry left at ten.", "at": NOW}], "correction": "The ferry left at ten."}
    return an_update(title, article=note, **{"type": EventType.CORRECTED, **changes})


def a_retraction(**changes: Any) -> Sending:
    values: dict[str, Any] = {
        "delivery_id": "msg_3",
        "type": EventType.RETRACTED,
        "record": None,
        "revision": 3,
        "seq": 9,
        "cause": Cause.RETRACTED,
        "public_note": "Withdrawn: the ferry never sailed.",
    }
    return a_sending(**values | changes)
