"""JSON Feed 1.0 and 1.1."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from syndicate.parse.dates import read_date
from syndicate.parse.entries import Draft
from syndicate.parse.feed_head import FeedHead
from syndicate.parse.html import escape_text
from syndicate.parse.identity import entry_id
from syndicate.parse.links import web_address
from syndicate.parse.people import named_person
from syndicate.parse.pictures import Picture
from syndicate.parse.plain import line
from syndicate.parse.rss import language

_VERSION = "jsonfeed.org/version/"


def is_json_feed(value: object) -> bool:
    return isinstance(value, dict) and _VERSION in str(value.get("version")) and isinstance(value.get("items"), list)


def read_head(feed: Mapping[str, Any], location: str | None) -> FeedHead:
    home = web_address(_string(feed, "home_page_url"), location)
    return FeedHead(
        title=line(_string(feed, "title")),
        url=home,
        feed_url=location or web_address(_string(feed, "feed_url")),
        language=language(_string(feed, "language")),
        base_url=home or location,
        authors=tuple(_people(feed)),
    )


def read_item(item: Mapping[str, Any], head: FeedHead) -> Draft:
    """Read one item; nothing is checked yet. Numeric ids of JSON Feed 1.0 count as their digits."""
    url = web_address(_string(item, "url"), head.base_url)
    external = web_address(_string(item, "external_url"), head.base_url)
    published_at = read_date(_string(item, "date_published"))
    record: dict[str, Any] = {
        "id": entry_id(_id(item), link=url or external, host=head.host, published_at=published_at),
        "url": url or external,
        "title": line(_string(item, "title")),
        "summary": _string(item, "summary"),
        "authors": _people(item) or list(head.authors),
        "published_at": published_at,
        "updated_at": read_date(_string(item, "date_modified")),
        "language": language(_string(item, "language")) or head.language,
        "keywords": [tag for each in _list(item, "tags") if isinstance(each, str) and (tag := line(each))],
        "attachments": [found for each in _objects(item, "attachments") if (found := _attachment(each, head.base_url))],
        "related": [{"title": line(_string(item, "title")) or external, "url": external}] if url and external else None,
        "source": head.source(url or external),
    }
    return Draft(record, _html(item), _pictures(item, head.base_url), url or head.base_url)


def _string(item: Mapping[str, Any], key: str) -> str | None:
    value = item.get(key)
    return value.strip() or None if isinstance(value, str) else None


def _list(item: Mapping[str, Any], key: str) -> list[Any]:
    value = item.get(key)
    return value if isinstance(value, list) else []


def _objects(item: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    return [each for each in _list(item, key) if isinstance(each, dict)]


def _id(item: Mapping[str, Any]) -> str | None:
    value = item.get("id")
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else _string(item, "id")


def _html(item: Mapping[str, Any]) -> str | None:
    if html := _string(item, "content_html"):
        return html
    text = _string(item, "content_text") or ""
    return "".join(f"<p>{escape_text(part)}</p>" for part in text.split("\n\n") if part.strip()) or None


def _people(item: Mapping[str, Any]) -> list[dict[str, Any]]:
    author = item.get("author")
    listed = _objects(item, "authors") or ([author] if isinstance(author, dict) else [])
    found = (named_person(_string(each, "name"), url=_string(each, "url")) for each in listed)
    return [each for each in found if each]


def _is_image(attachment: Mapping[str, Any]) -> bool:
    return (_string(attachment, "mime_type") or "").startswith("image/")


def _pictures(item: Mapping[str, Any], base_url: str | None) -> list[Picture]:
    named = [Picture(url) for key in ("image", "banner_image") if (url := web_address(_string(item, key), base_url))]
    attached = [
        Picture(url, caption=line(_string(each, "title")), type=_string(each, "mime_type"), length=_size(each))
        for each in _objects(item, "attachments")
        if _is_image(each) and (url := web_address(_string(each, "url"), base_url))
    ]
    return [*named, *attached]


def _size(attachment: Mapping[str, Any]) -> int | None:
    size = attachment.get("size_in_bytes")
    return size if isinstance(size, int) and not isinstance(size, bool) and size > 0 else None


def _attachment(each: Mapping[str, Any], base_url: str | None) -> dict[str, Any] | None:
    url = web_address(_string(each, "url"), base_url)
    if url is None or _is_image(each):
        return None
    duration = each.get("duration_in_seconds")
    found = {
        "url": url,
        "type": _string(each, "mime_type") or "application/octet-stream",
        "length": _size(each),
        "title": line(_string(each, "title")),
        "duration": duration if isinstance(duration, int | float) and not isinstance(duration, bool) else None,
    }
    return {key: value for key, value in found.items() if value is not None}
