"""What feedgen 1.0 gets wrong or lacks, put right in the finished elements through its extension interface.

One function per defect; each has its test, named for the defect, in tests/pure/test_render_feedgen_extensions.py.
"""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import chain

from feedgen.ext.base import BaseExtension
from lxml import etree

from syndicate.model.article import Article
from syndicate.model.entry import Entry, FeedContent
from syndicate.render.attribution import authors_of, is_republished, original_url, rights_statement
from syndicate.render.elements import add, atom_date, refer_to_markup, rfc822
from syndicate.render.enclosures import enclosures_of
from syndicate.render.history import add_tombstone
from syndicate.render.media_rss import add_media
from syndicate.render.namespaces import (
    ATOM,
    ATOM_PREFIXES,
    CONTENT,
    DC,
    DCTERMS,
    MEDIA,
    RSS_PREFIXES,
    SLASH,
    THR,
    WFW,
    XML,
)
from syndicate.render.update_hints import add_update_hints, update_prefixes

# feedparser takes a caption for the summary where media elements come before the body.
_RSS_ORDER = (
    *("title", "link", "guid", "pubDate", f"{{{ATOM}}}updated", f"{{{DC}}}creator", f"{{{DC}}}language"),
    *(f"{{{DCTERMS}}}alternative", "category", "source", "description", f"{{{CONTENT}}}encoded", "enclosure"),
)
_RANKS = {tag: rank for rank, tag in enumerate(_RSS_ORDER)}
# Plain text, as people read it; the rest is HTML, addresses and dates.
_PLAIN_TEXT = frozenset({"title", "subtitle", "summary", "rights", "name", "category", "source"})
_PLAIN_TEXT |= {f"{{{DC}}}creator", f"{{{DC}}}rights", f"{{{DCTERMS}}}alternative"}
_PLAIN_TEXT |= {f"{{{MEDIA}}}{name}" for name in ("title", "description", "text", "credit", "copyright")}


class RSSHead(BaseExtension):  # type: ignore[misc]  # feedgen has no types
    """The head of an RSS feed."""

    def __init__(self, content: FeedContent) -> None:
        self._content = content

    def extend_ns(self) -> dict[str, str]:
        return RSS_PREFIXES | update_prefixes(self._content.feed)

    def extend_rss(self, rss: etree._Element) -> etree._Element:
        channel = rss[0]
        add_update_hints(channel, self._content.feed)
        built = channel.find("lastBuildDate")
        assert built is not None
        built.text = rfc822(changed_at(self._content))
        for text in chain(channel.iter("title"), channel.iter("description")):
            refer_to_markup(text)
        return rss


class AtomHead(BaseExtension):  # type: ignore[misc]  # feedgen has no types
    """The head of an Atom feed, with the tombstones, which RFC 4287's grammar wants before the entries."""

    def __init__(self, content: FeedContent) -> None:
        self._content = content

    def extend_ns(self) -> dict[str, str]:
        prefixes = ATOM_PREFIXES | update_prefixes(self._content.feed)
        if not self._content.tombstones:
            del prefixes["at"]
        return prefixes

    def extend_atom(self, feed: etree._Element) -> etree._Element:
        add_update_hints(feed, self._content.feed)
        for text in feed.iter(*_PLAIN_TEXT):
            refer_to_markup(text)
        for tombstone in self._content.tombstones:
            add_tombstone(feed, tombstone)
        return feed


class RSSItem(BaseExtension):  # type: ignore[misc]  # feedgen has no types
    """One item of an RSS feed."""

    def __init__(self, entry: Entry, content: FeedContent) -> None:
        self._entry = entry
        self._content = content

    def extend_rss(self, item: etree._Element) -> etree._Element:
        entry, article = self._entry, self._entry.article
        # feedgen's own dates switch the locale of the whole process for each of them, and come in the item's offset.
        add(item, "pubDate", rfc822(entry.published_at))
        add(item, f"{{{ATOM}}}updated", atom_date(entry.updated_at))
        for author in authors_of(entry, self._content.publisher):
            add(item, f"{{{DC}}}creator", author.name)
        if article.language:
            add(item, f"{{{DC}}}language", article.language)
        _add_terms(item, article)
        _add_comments(item, article)
        _add_item_links(item, article, self._content)
        if rights := rights_statement(article.rights):
            add(item, f"{{{DC}}}rights", rights)
        add_media(item, article)
        item[:] = sorted(item, key=lambda child: _RANKS.get(str(child.tag), len(_RANKS)))
        for text in item.iter(*_PLAIN_TEXT):
            refer_to_markup(text)
        return item


def _add_terms(parent: etree._Element, article: Article) -> None:
    if article.short_title:
        add(parent, f"{{{DCTERMS}}}alternative", article.short_title)
    if article.expires_at:
        until = atom_date(article.expires_at)
        add(parent, f"{{{DCTERMS}}}valid", f"end={until}; scheme=W3C-DTF")


def _add_comments(item: etree._Element, article: Article) -> None:
    comments = article.comments
    if comments is None:
        return
    add(item, "comments", comments.url)
    if comments.count is not None:
        add(item, f"{{{SLASH}}}comments", str(comments.count))
    if comments.feed_url:
        add(item, f"{{{WFW}}}commentRss", comments.feed_url)


def _add_item_links(item: etree._Element, article: Article, content: FeedContent) -> None:
    if is_republished(article, content.publisher):
        add(item, f"{{{ATOM}}}link", rel="via", href=original_url(article), type="text/html")
    for story in article.related:
        add(item, f"{{{ATOM}}}link", rel="related", href=story.url, title=story.title)
    if article.rights and article.rights.licence_url:
        add(item, f"{{{ATOM}}}link", rel="license", href=article.rights.licence_url)


class AtomEntry(BaseExtension):  # type: ignore[misc]  # feedgen has no types
    """One entry of an Atom feed. Its own elements have no namespace: feedgen writes the default one as an attribute."""

    def __init__(self, entry: Entry, content: FeedContent) -> None:
        self._entry = entry
        self._content = content

    def extend_atom(self, element: etree._Element) -> etree._Element:
        article = self._entry.article
        if article.language:
            element.set(f"{{{XML}}}lang", article.language)
        for bare in element.findall("link"):
            element.remove(bare)
        _add_entry_links(element, self._entry, self._content)
        if is_republished(article, self._content.publisher):
            _add_source(element, self._entry)
        _add_terms(element, article)
        add_media(element, article)
        for text in element.iter(*_PLAIN_TEXT):
            refer_to_markup(text)
        return element


def _add_entry_links(element: etree._Element, entry: Entry, content: FeedContent) -> None:
    article = entry.article
    add(element, "link", rel="alternate", href=entry.url, type="text/html")
    for file in enclosures_of(article):
        length = None if file.length is None else str(file.length)
        add(element, "link", rel="enclosure", href=file.url, type=file.type, length=length, title=file.title)
    if is_republished(article, content.publisher):
        add(element, "link", rel="via", href=original_url(article), type="text/html")
    for story in article.related:
        add(element, "link", rel="related", href=story.url, type="text/html", title=story.title)
    if article.rights and article.rights.licence_url:
        add(element, "link", rel="license", href=article.rights.licence_url)
    _add_replies(element, article)


def _add_replies(element: etree._Element, article: Article) -> None:
    comments = article.comments
    if comments is None:
        return
    page = add(element, "link", rel="replies", href=comments.url, type="text/html")
    if comments.count is not None:
        page.set(f"{{{THR}}}count", str(comments.count))
    if comments.feed_url:
        add(element, "link", rel="replies", href=comments.feed_url)


def _add_source(element: etree._Element, entry: Entry) -> None:
    """Write where an entry comes from; the origin's `updated` is not known, the entry's own is the newest we know."""
    origin = entry.article.source
    assert origin is not None
    source = add(element, "source")
    add(source, "id", origin.feed_url or origin.url)
    add(source, "title", origin.name)
    add(source, "updated", atom_date(entry.updated_at))
    add(source, "link", rel="self", href=origin.feed_url or origin.url)
    add(source, "link", rel="alternate", href=origin.url, type="text/html")


def changed_at(content: FeedContent) -> datetime:
    """Return when the feed last changed: never before anything it shows (RFC 4287 section 4.2.15)."""
    shown = [entry.updated_at for entry in content.entries]
    left = [tombstone.left_at for tombstone in content.tombstones]
    return max([content.changed_at, *shown, *left]).astimezone(UTC)
