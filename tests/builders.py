"""Builders with valid defaults, so that a test names only what matters to it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from syndicate.model.article import Article, Image, Source
from syndicate.model.declarations import FeedDeclaration, Publisher
from syndicate.model.entry import Entry, FeedContent, Tombstone

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


def an_article(**changes: Any) -> Article:
    """Build a valid article as the store keeps it: id, url, slug, times and source are settled."""
    record: dict[str, Any] = {
        "id": "tag:harbour.example,2026:ferry",
        "url": "https://harbour.example/articles/ferry",
        "slug": "ferry",
        "title": "New ferry sails on time",
        "summary": "The first crossing of the new ferry left on the minute.",
        "body_html": "<p>The ferry left at nine.</p><p>It arrived at ten.</p>",
        "published_at": NOON - timedelta(hours=2),
        "updated_at": NOON - timedelta(hours=1),
        "language": "en-GB",
        "categories": ["Harbour"],
        "source": Source(name="Harbour Daily", url="https://harbour.example/"),
        "revision": 1,
        "seq": 1,
        "status": "published",
    }
    return Article.model_validate(record | changes)


def an_image(number: int = 1, **changes: Any) -> Image:
    record: dict[str, Any] = {
        "url": f"https://images.harbour.example/{number}.jpg",
        "caption": f"Caption {number}",
        "credit": f"Photographer {number}",
        "alt": f"What picture {number} shows",
        "type": "image/jpeg",
        "width": 1200,
        "height": 800,
        "length": 123_456,
    }
    return Image.model_validate(record | changes)


def an_entry(**changes: Any) -> Entry:
    article = an_article(**changes)
    assert article.published_at is not None
    assert article.updated_at is not None
    return Entry(article=article, published_at=article.published_at, updated_at=article.updated_at)


def a_publisher(**changes: Any) -> Publisher:
    record: dict[str, Any] = {
        "base_url": "https://harbour.example",
        "title": "Harbour Daily",
        "language": "en-GB",
        "timezone": "Europe/London",
        "contact": "syndication@harbour.example",
    }
    return Publisher.model_validate(record | changes)


def a_feed(**changes: Any) -> FeedDeclaration:
    record: dict[str, Any] = {"slug": "world", "title": "World news", "description": "World news from Harbour Daily"}
    return FeedDeclaration.model_validate(record | changes)


def feed_content(*entries: Entry, tombstones: tuple[Tombstone, ...] = (), **feed: Any) -> FeedContent:
    declared = a_feed(**feed)
    return FeedContent(
        publisher=a_publisher(),
        feed=declared,
        entries=entries or (an_entry(),),
        tombstones=tombstones,
        changed_at=NOON,
        self_base=f"https://harbour.example/feeds/{declared.slug}",
    )
