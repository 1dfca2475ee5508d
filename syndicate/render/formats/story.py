"""What every format is written from: a story as one partner gets it, and a story that is taken back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from syndicate.model.article import Article, Source
from syndicate.model.declarations import Profile, Publisher
from syndicate.model.entry import Entry
from syndicate.model.journal import Cause
from syndicate.render.attribution import authors_of
from syndicate.render.partner_html import partner_html


@dataclass(frozen=True)
class Story:
    """An article as it leaves for a partner: `id` and `url` are settled, `at` is when this `version` was made."""

    id: str
    url: str
    article: Article
    profile: Profile
    publisher: Publisher
    version: int
    at: datetime
    is_correction: bool = False

    @cached_property
    def entry(self) -> Entry:
        article = self.article
        published_at = article.published_at or self.at
        return Entry(article=article, published_at=published_at, updated_at=article.updated_at or published_at)

    @cached_property
    def body_html(self) -> str:
        """The body in the words and with the tags of the partner's profile."""
        return partner_html(self.article, self.profile, self.publisher)

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
    """A story that is taken back: nothing of it but the public note is left. `version` is above every sent one."""

    id: str
    url: str | None
    publisher: Publisher
    version: int
    at: datetime
    cause: Cause | None = None
    public_note: str | None = None


def withdrawing_version(revision: int, cause: Cause | None) -> int:
    """Number a withdrawal above what the partner holds: only a retraction is a revision of its own."""
    return revision if cause is Cause.RETRACTED else revision + 1
