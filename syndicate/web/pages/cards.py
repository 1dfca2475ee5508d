"""Stories as front pages and feed pages announce them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from urllib.parse import quote, urlsplit

from syndicate.model.article import Article
from syndicate.model.declarations import Publisher
from syndicate.model.entry import Entry
from syndicate.render.attribution import is_republished
from syndicate.web.pages.moments import Moment, time_or_date, zone_of
from syndicate.web.pages.pictures import Picture, picture
from syndicate.web.pages.site import direction

# How much of an article its page shows ([pages] content).
ContentMode = Literal["full", "summary", "none"]


@dataclass(frozen=True)
class Card:
    """A story in a list. `posted_on` is its source's name where that is another paper."""

    href: str
    title: str
    short_title: str
    kicker: str
    summary: str
    byline: str
    published: Moment
    posted_on: str | None
    picture: Picture | None
    language: str
    direction: str


def cards(entries: Iterable[Entry], publisher: Publisher, *, now: datetime, content_mode: ContentMode) -> list[Card]:
    """Announce stories, in the order given."""
    return [card(entry, publisher, now=now, content_mode=content_mode) for entry in entries]


def card(entry: Entry, publisher: Publisher, *, now: datetime, content_mode: ContentMode) -> Card:
    """Announce a story.

    It links our own page of it, also where the story came from elsewhere, unless articles have no pages here ("none").
    """
    article = entry.article
    language = article.language or publisher.language
    return Card(
        href=entry.url if content_mode == "none" else _page(entry, publisher),
        title=article.title,
        short_title=article.short_title or article.title,
        kicker=kicker(article),
        summary=article.summary or "",
        byline=byline(article),
        published=time_or_date(entry.published_at, zone_of(article, publisher), now=now),
        posted_on=posted_on(article, publisher),
        picture=picture(article.lead),
        language=language,
        direction=direction(language),
    )


def kicker(article: Article) -> str:
    """Return the words above the headline: the record's own, else its genre or first subject."""
    subjects = [category.label or category.term for category in article.categories]
    return article.kicker or article.genre or next(iter(subjects), "")


def byline(article: Article) -> str:
    """Return the byline as printed, else one made from the authors' names."""
    names = [author.name for author in article.authors]
    if article.byline or not names:
        return article.byline or ""
    return f"By {' and '.join(filter(None, (', '.join(names[:-1]), names[-1])))}"


def posted_on(article: Article, publisher: Publisher) -> str | None:
    """Return the source's name if another paper published the story first."""
    source = article.source
    return source.name if source and is_republished(article, publisher) else None


def _page(entry: Entry, publisher: Publisher) -> str:
    slug = entry.article.slug
    return f"{urlsplit(publisher.root).path}/articles/{quote(slug, safe='')}" if slug else entry.url
