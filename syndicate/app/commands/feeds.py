"""Commands on feeds."""

from __future__ import annotations

from typing import Any

from syndicate.actions import audience
from syndicate.app.commands.command import Call
from syndicate.model.entry import Entry
from syndicate.web.api import readers
from syndicate.web.api.documents import when

FORMATS = ("rss", "atom", "json")


async def listing(call: Call) -> list[dict[str, Any]]:
    declared = call.service.declarations
    base = f"{declared.publisher.root}/feeds"
    read_by = await audience.audiences(call.office)
    return [
        {
            "slug": feed.slug,
            "title": feed.title,
            "items": feed.items,
            "select": feed.select.model_dump(mode="json", exclude_defaults=True),
            "addresses": {name: f"{base}/{feed.slug}.{name}" for name in FORMATS},
            **readers.audience(read_by.get(feed.slug)),
        }
        for feed in declared.feeds
    ]


async def list_readers(call: Call) -> list[dict[str, Any]]:
    """List a feed's readers, the worst-mannered first; args: feed, limit."""
    found = await audience.list_readers(call.office, call.args["feed"], limit=call.args["limit"])
    return [readers.document(each) for each in found]


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
