"""An article with what the store knows of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from syndicate.model.article import Article, Status


@dataclass(frozen=True)
class StoredArticle:
    """The newest revision of an article and its state.

    `article` is None once erased. `released_at` is the instant readers could first see it; `release_at` lies ahead.
    `withdrawn_by` is the actor of a retraction; `upstream` names the upstream it came from, if any.
    """

    key: int
    id: str
    slug: str
    url: str | None
    status: Status
    revision: int
    seq: int | None
    article: Article | None
    content_hash: str
    published_at: datetime
    updated_at: datetime
    release_at: datetime | None
    released_at: datetime | None
    changed_at: datetime
    upstream: str | None
    withdrawn_by: str | None
    withdrawn_at: datetime | None
    public_note: str | None

    @property
    def shown_published_at(self) -> datetime:
        """When documents say it was published: never later than anybody could see it."""
        return self.published_at if self.released_at is None else min(self.published_at, self.released_at)

    @property
    def shown_updated_at(self) -> datetime:
        """When documents say it was updated, by which feeds are ordered: not after the change it comes from."""
        return max(min(self.updated_at, self.changed_at), self.shown_published_at)
