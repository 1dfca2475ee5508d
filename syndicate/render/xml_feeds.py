"""RSS and Atom, written by feedgen and put right by `render.feedgen_extensions`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from html import escape
from typing import Any

from feedgen.entry import FeedEntry
from feedgen.feed import FeedGenerator

from syndicate.model.article import Article
from syndicate.model.entry import Entry, FeedContent, Part
from syndicate.model.text import strip_forbidden
from syndicate.render.attribution import authors_of, is_republished, rights_statement
from syndicate.render.body import compose_feed_html
from syndicate.render.dialects.extensions import extend_head, extend_item, withdrawn_items
from syndicate.render.dialects.table import DIALECTS
from syndicate.render.elements import with_whole_minutes
from syndicate.render.enclosures import enclosures_of
from syndicate.render.feedgen_extensions import AtomEntry, AtomHead, RSSHead, RSSItem, changed_at
from syndicate.render.history import extend_with_history

_EXTENSION = "syndicate"


def write_rss(content: FeedContent) -> bytes:
    """Write RSS 2.0 with content, Dublin Core, Media RSS, slash, wfw and the dialect's elements."""
    return _within(content, _rss)


def write_atom(content: FeedContent) -> bytes:
    """Write Atom (RFC 4287) with Media RSS, threading (RFC 4685), tombstones (RFC 6721) and the dialect's elements."""
    return _within(content, _atom)


def _within(content: FeedContent, write: Callable[[FeedContent], bytes]) -> bytes:
    """Write a document of at most the dialect's size: what is too long shows fewer of its oldest articles."""
    document, limit = write(content), DIALECTS[content.feed.dialect].max_bytes
    if content.place.part is not Part.NEWEST:
        return document
    while limit is not None and len(document) > limit and len(content.entries) > 1:
        kept = min(len(content.entries) - 1, len(content.entries) * limit // len(document))
        content = replace(content, entries=content.entries[: max(1, kept)])
        document = write(content)
    return document


def _rss(content: FeedContent) -> bytes:
    dialect = DIALECTS[content.feed.dialect]
    withdrawn = withdrawn_items(dialect, content)
    feed = _head(content, suffix=".rss", media_type="application/rss+xml")
    shown = replace(content, tombstones=()) if withdrawn else content
    extend_with_history(feed, shown, suffix=".rss", media_type="application/rss+xml")
    feed.register_extension(_EXTENSION, partial(RSSHead, content))
    extend_head(feed, dialect, content)
    for entry in content.entries:
        feed.add_entry(_item(entry, content), order="append")
    for item in withdrawn:
        feed.add_entry(item, order="append")
    return bytes(feed.rss_str(pretty=True))


def _atom(content: FeedContent) -> bytes:
    dialect = DIALECTS[content.feed.dialect]
    withdrawn = withdrawn_items(dialect, content)
    feed = _head(content, suffix=".atom", media_type="application/atom+xml")
    feed.author(name=content.publisher.title, uri=f"{content.publisher.root}/")
    extend_with_history(feed, content, suffix=".atom", media_type="application/atom+xml")
    # What an item says has ended needs no tombstone, which would stand beside an entry of the same id.
    feed.register_extension(_EXTENSION, partial(AtomHead, replace(content, tombstones=()) if withdrawn else content))
    extend_head(feed, dialect, content)
    for entry in content.entries:
        feed.add_entry(_atom_entry(entry, content), order="append")
    for item in withdrawn:
        feed.add_entry(item, order="append")
    return bytes(feed.atom_str(pretty=True))


def _head(content: FeedContent, *, suffix: str, media_type: str) -> Any:
    publisher, declared = content.publisher, content.feed
    feed = FeedGenerator()
    feed.id(content.self_base)
    feed.title(declared.title)
    feed.description(declared.description or declared.title)
    feed.language(declared.language or publisher.language)
    feed.updated(changed_at(content))
    feed.generator("syndicate", uri=f"{publisher.root}/feeds")
    feed.docs("https://www.rssboard.org/rss-specification")
    if declared.ttl:
        feed.ttl(declared.ttl)
    feed.link(href=content.address + suffix, rel="self", type=media_type)
    # feedgen makes the last link the channel's, so the site's own comes last.
    feed.link(href=f"{publisher.root}/", rel="alternate", type="text/html")
    return feed


def _item(entry: Entry, content: FeedContent) -> Any:
    item = _shared(entry, content)
    article, dialect = entry.article, DIALECTS[content.feed.dialect]
    item.description(escape(dialect.describe(article), quote=False))
    item.content(_html(entry, content), type="html")
    if article.source and is_republished(article, content.publisher):
        item.source(url=article.source.feed_url or article.source.url, title=article.source.name)
    for file in enclosures_of(article)[:1]:
        item.enclosure(url=file.url, length=file.length or 0, type=file.type)
    for term, scheme, label in _categories(article):
        item.category(_present(term=term, scheme=scheme))
        if label and label != term:
            item.category(term=label)
    item.register_extension(_EXTENSION, partial(RSSItem, entry, content))
    extend_item(item, dialect, entry, content)
    return item


def _atom_entry(entry: Entry, content: FeedContent) -> Any:
    element, dialect = _shared(entry, content), DIALECTS[content.feed.dialect]
    element.content(_html(entry, content), type="html")
    element.summary(dialect.describe(entry.article))
    element.published(with_whole_minutes(entry.published_at))
    element.updated(with_whole_minutes(entry.updated_at))
    for author in authors_of(entry, content.publisher):
        element.author(_present(name=author.name, email=author.email, uri=author.url))
    for term, scheme, label in _categories(entry.article):
        element.category(_present(term=term, scheme=scheme, label=label))
    if rights := rights_statement(entry.article.rights):
        element.rights(rights)
    element.register_extension(_EXTENSION, partial(AtomEntry, entry, content))
    extend_item(element, dialect, entry, content)
    return element


def _html(entry: Entry, content: FeedContent) -> str:
    allowed = DIALECTS[content.feed.dialect].html
    html = compose_feed_html(entry, content.shown_by, content.feed.content)
    return html if allowed is None else allowed.repair(html)


def _shared(entry: Entry, content: FeedContent) -> Any:
    item = FeedEntry()
    item.title(entry.article.title)
    item.link(href=entry.url, rel="alternate", type="text/html")
    item.guid(entry.id, permalink=entry.id == entry.url)
    return item


def _categories(article: Article) -> tuple[tuple[str, str | None, str | None], ...]:
    """Return (term, scheme, label) of every category, then keywords that no category says already."""
    categories = [(category.term, category.scheme, category.label) for category in article.categories]
    said = {text.casefold() for term, _, label in categories for text in (term, label) if text}
    keywords = [(keyword, None, None) for keyword in article.keywords if keyword.casefold() not in said]
    return tuple(dict.fromkeys([*categories, *keywords]))


def _present(**values: str | None) -> dict[str, str]:
    return {name: strip_forbidden(value) for name, value in values.items() if value}
