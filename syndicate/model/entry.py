"""Entries: released articles as documents show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from syndicate.model.article import Article
from syndicate.model.declarations import FeedDeclaration, Publisher


@dataclass(frozen=True)
class Wording:
    """What a partner's profile says of the source line and of links to our pages."""

    attribution: str = "Posted on: {source}"
    link_query: str = ""
    hosts: frozenset[str] = frozenset()
    """Where pages of ours stand: links to these get the query."""
    story: str | None = None
    """The address of a story of ours; None where its source tells."""


@dataclass(frozen=True)
class Entry:
    """A released article with what every document needs settled.

    `article` has id, url, slug, source, published_at and updated_at; its body is sanitised.
    `published_at` and `updated_at` never lie after the journal time of the change they come from.
    """

    article: Article
    published_at: datetime
    updated_at: datetime
    wording: Wording = Wording()

    @property
    def id(self) -> str:
        assert self.article.id is not None
        return self.article.id

    @property
    def url(self) -> str:
        assert self.article.url is not None
        return self.article.url


@dataclass(frozen=True)
class Tombstone:
    """An entry that left a feed: its id, when, and the public note of a retraction if there is one.

    `url` and `published_at` are for partners that are told of it by an item that has ended.
    """

    id: str
    left_at: datetime
    note: str | None = None
    url: str | None = None
    published_at: datetime | None = None


class Part(StrEnum):
    """What a document shows of its feed."""

    NEWEST = "newest"
    """The feed's own document, the one that is subscribed to."""
    ARCHIVE = "archive"
    """Articles of the past, in the order in which they first came (RFC 5005 section 4)."""
    DELTA = "delta"
    """What changed since an edition that the reader holds (RFC 3229, instance manipulation `feed`)."""


@dataclass(frozen=True)
class Place:
    """Where a document stands in the history of its feed; addresses lack their suffix.

    `address` is the document's own where that is not the feed's; `older` and `newer` are the archives next to it.
    """

    part: Part = Part.NEWEST
    address: str | None = None
    older: str | None = None
    newer: str | None = None


@dataclass(frozen=True)
class FeedContent:
    """Everything one edition shows: equal values give equal bytes.

    `entries` are newest first; `changed_at` is the journal time of the feed's last change.
    """

    publisher: Publisher
    feed: FeedDeclaration
    entries: tuple[Entry, ...]
    tombstones: tuple[Tombstone, ...]
    changed_at: datetime
    self_base: str
    """The feed's address without its suffix, such as https://paper.example/feeds/world."""
    place: Place = Place()
    elsewhere: bool = False
    """Whether a partner's site shows it, so that our own articles name their source, too."""

    @property
    def shown_by(self) -> Publisher | None:
        """Whose site shows it; None is anybody else's."""
        return None if self.elsewhere else self.publisher

    @property
    def address(self) -> str:
        """The address of this document without its suffix."""
        return self.place.address or self.self_base
