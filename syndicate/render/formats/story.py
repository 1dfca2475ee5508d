"""What every format is written from: a story as one partner gets it, and a story that is taken back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from syndicate.model.article import Article, Source
from syndicate.model.declarations import Profile, Publisher
from syndicate.model.delivery import EventType
from syndicate.model.entry import Entry
from syndicate.render.attribution import authors_of
from syndicate.render.partner_html import partner_html


@dataclass(frozen=True)
class Story:
    """An article as it leaves for a partner: `id` and `url` are settled, `at` is when this `version` was made.

    `version` is above every one that the partner was sent of this article, withdrawals included.
    `addresses` are where the partner keeps its copies of pictures, by their own.
    """

    id: str
    url: str
    article: Article
    profile: Profile
    publisher: Publisher
    version: int
    at: datetime
    type: EventType = EventType.PUBLISHED
    addresses: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def entry(self) -> Entry:
        article = self.article
        published_at = article.published_at or self.at
        return Entry(article=article, published_at=published_at, updated_at=article.updated_at or published_at)

    @cached_property
    def body_html(self) -> str:
        """The body in the words and with the tags of the partner's profile."""
        return partner_html(self.article, self.profile, self.publisher, addresses=self.addresses)

    @property
    def language(self) -> str:
        return self.article.language or self.publisher.language

    @property
    def byline(self) -> str:
        return self.article.byline or ", ".join(author.name for author in authors_of(self.entry, self.publisher))

    @property
    def sources(self) -> tuple[Source, ...]:
        """The chain the story came through: who published it first, first; each once."""
        first = (self.article.source,) if self.article.source else ()
        chain = {source.name: source for source in (*self.article.provenance, *first)}
        return (*first, *(source for source in chain.values() if source not in first))


@dataclass(frozen=True)
class Withdrawal:
    """A story that is taken back: nothing of it but the public note is left; `version` as a story's."""

    id: str
    url: str | None
    publisher: Publisher
    version: int
    at: datetime
    public_note: str | None = None
