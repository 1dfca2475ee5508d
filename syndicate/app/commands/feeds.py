"""Commands on feeds."""

from __future__ import annotations

from typing import Any

from syndicate.app.commands.command import Call
from syndicate.model.entry import Entry
from syndicate.web.api.documents import when

FORMATS = ("rss", "atom", "json")


async def listing(call: Call) -> list[dict[str, Any]]:
    declared = call.service.declarations
    base = f"{declared.publisher.root}/feeds"
    return [
        {
            "slug": feed.slug,
            "title": feed.title,
            "items": feed.items,
            "select": feed.select.model_dump(mode="json", exclude_defaults=True),
            "addresses": {name: f"{base}/{feed.slug}.{name}" for name in FORMATS},
        }
        for feed in declared.feeds
    ]


async def show(call: Call) -> list[dict[str, Any]]:
    """List what a feed shows now, in its order; args: feed."""
    content = await call.service.editions.content(call.args["feed"])
    return [_entry(entry) for entry in content.entries]


def _entry(entry: Entry) -> dict[str, Any]:
    article = entry.article
    return {
        "id": article.id,
        "url": article.url,
        "title": article.title,
        "source": None if article.source is None else article.source.name,
        "images": len(article.images),
        "published_at": when(entry.published_at),
        "updated_at": when(entry.updated_at),
    }
