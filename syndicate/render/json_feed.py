"""JSON Feed 1.1, with what it has no field for in an extension object `_syndicate`."""

from __future__ import annotations

import json
from typing import Any

from syndicate.model.article import Article, Author
from syndicate.model.entry import Entry, FeedContent, Part, Tombstone
from syndicate.render.attribution import authors_of, is_republished, original_url
from syndicate.render.body import compose_feed_html, summary_of
from syndicate.render.elements import atom_date
from syndicate.render.enclosures import Enclosure, enclosures_of

# Keys of the article record, in its own form. Never `editor_note` (it is for partners only) nor `extensions`.
_RECORD_KEYS = "revision short_title kicker dateline genre urgency byline published_at updated_at images attachments"
_RECORD_KEYS += " source provenance related comments categories rights corrections expires_at"
_PARTNERS_ONLY = frozenset({"allow_partners", "deny_partners"})


def write_json_feed(content: FeedContent) -> bytes:
    """Write JSON Feed 1.1 as UTF-8; absent values are left out, as the specification has no null."""
    publisher, declared = content.publisher, content.feed
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": declared.title,
        "home_page_url": f"{publisher.root}/",
        "feed_url": f"{content.self_base}.json",
        "description": declared.description,
        "language": declared.language or publisher.language,
        "authors": [{"name": publisher.title, "url": f"{publisher.root}/"}],
        "next_url": f"{content.place.older}.json" if content.place.older else None,
        "_syndicate": _beyond(content),
        "items": [_item(entry, content) for entry in content.entries],
    }
    return json.dumps(_without_empty(feed, keep=("items",)), ensure_ascii=False, separators=(",", ":")).encode()


def _beyond(content: FeedContent) -> dict[str, Any]:
    """Say what JSON Feed has no field for: what was withdrawn, and what part of the feed this is."""
    part = content.place.part
    deleted = [_deleted(tombstone) for tombstone in content.tombstones]
    return _without_empty({"part": None if part is Part.NEWEST else part.value, "deleted": deleted})


def _deleted(tombstone: Tombstone) -> dict[str, Any]:
    return _without_empty({"id": tombstone.id, "when": atom_date(tombstone.left_at), "note": tombstone.note})


def _item(entry: Entry, content: FeedContent) -> dict[str, Any]:
    article, publisher = entry.article, content.publisher
    item = {
        "id": entry.id,
        "url": entry.url,
        "external_url": original_url(article) if is_republished(article, publisher) else None,
        "title": article.title,
        "summary": summary_of(article),
        "content_html": compose_feed_html(entry, content.shown_by, content.feed.content),
        "image": article.lead.url if article.lead else None,
        "date_published": atom_date(entry.published_at),
        "date_modified": atom_date(entry.updated_at),
        "authors": [_author(author) for author in authors_of(entry, publisher)],
        "tags": _tags(article),
        "language": article.language,
        "attachments": [_attachment(file) for file in enclosures_of(article)],
        "_syndicate": record_of(entry),
    }
    return _without_empty(item)


def record_of(entry: Entry) -> dict[str, Any]:
    """Return what readers may see of the record beyond the fields of a feed, in the record's own form."""
    article = entry.article
    assert article.published_at is not None
    assert article.updated_at is not None
    # A sender's clock may run ahead; no document shows a time that has not come.
    published_at, updated_at = min(article.published_at, entry.published_at), min(article.updated_at, entry.updated_at)
    record = article.model_copy(update={"published_at": published_at, "updated_at": updated_at}).wire()
    return {key: _for_readers(record[key]) for key in _RECORD_KEYS.split() if key in record}


def _for_readers(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _for_readers(member) for key, member in value.items() if key not in _PARTNERS_ONLY}
    return [_for_readers(member) for member in value] if isinstance(value, list) else value


def _author(author: Author) -> dict[str, Any]:
    return _without_empty({"name": author.name, "url": author.url})


def _tags(article: Article) -> list[str]:
    categories = (category.label or category.term for category in article.categories)
    return list(dict.fromkeys([*categories, *article.keywords]))


def _attachment(file: Enclosure) -> dict[str, Any]:
    return _without_empty(
        {
            "url": file.url,
            "mime_type": file.type,
            "title": file.title,
            "size_in_bytes": file.length,
            "duration_in_seconds": file.duration,
        }
    )


def _without_empty(members: dict[str, Any], keep: tuple[str, ...] = ()) -> dict[str, Any]:
    empty: tuple[object, ...] = (None, "", [], {})
    return {name: value for name, value in members.items() if name in keep or value not in empty}
