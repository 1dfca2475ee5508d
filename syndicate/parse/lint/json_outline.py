"""The outline of a JSON Feed."""

from __future__ import annotations

from typing import Any

from syndicate.parse.lint.outline import File, Item, Outline, Written

_ADDRESSES = ("url", "external_url", "image", "banner_image")


def outline_json(value: dict[str, Any]) -> Outline:
    """Outline a JSON Feed."""
    items = value.get("items")
    found = [each for each in items if isinstance(each, dict)] if isinstance(items, list) else []
    return Outline(
        format="json",
        missing=tuple(name for name in ("version", "title", "items") if value.get(name) is None),
        self_address=_text(value.get("feed_url")),
        dates=(),
        items=tuple(_item(each, position) for position, each in enumerate(found, start=1)),
    )


def _item(item: dict[str, Any], position: int) -> Item:
    found = _text(item.get("id"))
    attachments = item.get("attachments")
    files = [each for each in attachments if isinstance(each, dict)] if isinstance(attachments, list) else []
    addresses = [Written(name, text) for name in _ADDRESSES if (text := _text(item.get(name)))]
    return Item(
        name=found or f"item {position}",
        id=found,
        claims_address=False,
        title=_text(item.get("title")),
        has_text=any(_text(item.get(name)) is not None for name in ("content_html", "content_text")),
        dates=tuple(
            Written(name, str(item[name])) for name in ("date_published", "date_modified") if item.get(name) is not None
        ),
        addresses=(*addresses, *(Written("attachments", url) for each in files if (url := _text(each.get("url"))))),
        files=tuple(_file(each) for each in files),
    )


def _file(attachment: dict[str, Any]) -> File:
    size = attachment.get("size_in_bytes")
    return File(_text(attachment.get("url")), _text(attachment.get("mime_type")), None if size is None else str(size))


def _text(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None
