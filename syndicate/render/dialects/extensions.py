"""Dialects in feedgen's documents, through its extension interface; the standard one leaves no trace."""

from __future__ import annotations

from datetime import UTC
from functools import partial
from html import escape
from typing import Any

from feedgen.entry import FeedEntry
from feedgen.ext.base import BaseExtension
from lxml import etree

from syndicate.model.entry import Entry, FeedContent, Tombstone
from syndicate.render.dialects.contract import Dialect
from syndicate.render.elements import add, atom_date, refer_to_markup, rfc822
from syndicate.render.namespaces import ATOM

_NAME = "dialect"
# Nothing of a withdrawn article leaves but its public note; partners refuse an item without a title.
_WITHDRAWN = "This article has been withdrawn"


def extend_head(feed: Any, dialect: Dialect, content: FeedContent) -> None:
    """Have a dialect write into the head of a feed."""
    feed.register_extension(_NAME, partial(_Head, dialect, content))


def extend_item(item: Any, dialect: Dialect, entry: Entry, content: FeedContent) -> None:
    """Have a dialect write into an item; call it after the standard extension, whose elements it completes."""
    item.register_extension(_NAME, partial(_Item, dialect, entry, content))


def withdrawn_items(dialect: Dialect, content: FeedContent) -> list[Any]:
    """Return an item for each article that left, where the dialect says a withdrawal so."""
    if dialect.withdraw is None:
        return []
    return [_withdrawn(dialect, tombstone, content) for tombstone in content.tombstones]


def _withdrawn(dialect: Dialect, tombstone: Tombstone, content: FeedContent) -> Any:
    item = FeedEntry()
    item.title(_WITHDRAWN)
    item.link(href=tombstone.url or f"{content.publisher.root}/", rel="alternate", type="text/html")
    item.guid(tombstone.id, permalink=tombstone.id == tombstone.url)
    item.updated(tombstone.left_at.astimezone(UTC))
    item.register_extension(_NAME, partial(_Withdrawal, dialect, tombstone))
    return item


class _Head(BaseExtension):  # type: ignore[misc]  # feedgen has no types
    def __init__(self, dialect: Dialect, content: FeedContent) -> None:
        self._dialect, self._content = dialect, content

    def extend_ns(self) -> dict[str, str]:
        return dict(self._dialect.prefixes)

    def extend_rss(self, rss: etree._Element) -> etree._Element:
        self._dialect.extend_head(rss[0], self._content)
        return rss

    def extend_atom(self, feed: etree._Element) -> etree._Element:
        self._dialect.extend_head(feed, self._content)
        return feed


class _Item(BaseExtension):  # type: ignore[misc]  # feedgen has no types
    def __init__(self, dialect: Dialect, entry: Entry, content: FeedContent) -> None:
        self._dialect, self._entry, self._content = dialect, entry, content

    def extend_rss(self, item: etree._Element) -> etree._Element:
        self._dialect.extend_item(item, self._entry, self._content)
        return item

    extend_atom = extend_rss


class _Withdrawal(BaseExtension):  # type: ignore[misc]  # feedgen has no types
    def __init__(self, dialect: Dialect, tombstone: Tombstone) -> None:
        assert dialect.withdraw is not None
        self._withdraw, self._tombstone = dialect.withdraw, tombstone

    def extend_rss(self, item: etree._Element) -> etree._Element:
        gone = self._tombstone
        add(item, "pubDate", rfc822(gone.published_at or gone.left_at))
        add(item, f"{{{ATOM}}}updated", atom_date(gone.left_at))
        if gone.note:
            # RSS has HTML in a description, as the standard items do.
            add(item, "description", escape(gone.note, quote=False))
        self._withdraw(item, gone)
        return item

    def extend_atom(self, entry: etree._Element) -> etree._Element:
        if gone_note := self._tombstone.note:
            refer_to_markup(add(entry, "summary", gone_note))
        self._withdraw(entry, self._tombstone)
        return entry
