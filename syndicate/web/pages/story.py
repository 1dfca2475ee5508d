"""An article's page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from markupsafe import Markup

from syndicate.model.article import Article, Comments, Related
from syndicate.model.declarations import FeedDeclaration, Publisher
from syndicate.model.entry import Entry
from syndicate.render.attribution import is_republished, original_url
from syndicate.web.pages.cards import ContentMode, byline, kicker
from syndicate.web.pages.environment import fill
from syndicate.web.pages.moments import Moment, clock_and_date, zone_of
from syndicate.web.pages.pictures import Picture, picture
from syndicate.web.pages.site import direction, site


@dataclass(frozen=True)
class PostedOn:
    """Where a story was published first: the paper, and the story there."""

    name: str
    url: str
    article_url: str | None


@dataclass(frozen=True)
class DatedNote:
    note: str
    at: Moment


@dataclass(frozen=True)
class AlsoCard:
    title: str
    url: str
    summary: str
    picture: Picture | None


@dataclass(frozen=True)
class Story:
    """Everything an article's page shows. `body` is None where the page does not carry the text."""

    article: Article
    page_url: str
    elsewhere: str | None
    language: str
    direction: str
    kicker: str
    byline: str
    standfirst: str
    description: str
    published: Moment
    updated: Moment | None
    posted_on: PostedOn | None
    body: Markup | None
    lead: Picture | None
    corrections: list[DatedNote]
    also: list[AlsoCard]
    replies: str


def article_page(
    publisher: Publisher,
    entry: Entry,
    *,
    body_html: str,
    page_url: str,
    jsonld: Mapping[str, Any],
    feeds: Sequence[FeedDeclaration] = (),
    skin: str | None = None,
    content_mode: ContentMode = "full",
) -> str:
    """Compose an article's page.

    `body_html` is what `render.body.compose_body` returned: the one value that is not escaped. Where the article's
    url is not `page_url`, the page asks not to be indexed and names that url as canonical. With `content_mode`
    "summary" it shows standfirst and lead picture, with "none" neither; both link the whole story if
    it is elsewhere.
    """
    return fill(
        "article.html",
        site=site(publisher, feeds, skin),
        story=_story(publisher, entry, body_html=body_html, page_url=page_url, content_mode=content_mode),
        jsonld=jsonld,
    )


def _story(publisher: Publisher, entry: Entry, *, body_html: str, page_url: str, content_mode: ContentMode) -> Story:
    article, zone = entry.article, zone_of(entry.article, publisher)
    elsewhere = entry.url if entry.url != page_url else None
    published, updated = clock_and_date(entry.published_at, zone), clock_and_date(entry.updated_at, zone)
    language = article.language or publisher.language
    body = Markup(body_html) if content_mode == "full" else None  # noqa: S704 - sanitised and composed; see article_page
    return Story(
        article=article,
        page_url=page_url,
        elsewhere=elsewhere,
        language=language,
        direction=direction(language),
        kicker=kicker(article),
        byline=byline(article),
        standfirst=_standfirst(article, body_html, content_mode),
        description="" if content_mode == "none" else article.summary or "",
        published=published,
        updated=updated if updated.text != published.text else None,
        posted_on=_posted_on(article, publisher),
        body=body,
        lead=None if content_mode == "none" else picture(article.lead),
        corrections=[DatedNote(item.note, clock_and_date(item.at, zone)) for item in article.corrections],
        also=[_also(item) for item in article.related],
        replies=_replies(article.comments),
    )


def _standfirst(article: Article, body_html: str, content_mode: ContentMode) -> str:
    """Return the summary, unless the body says it word for word: many records repeat their first paragraph."""
    summary = article.summary or ""
    repeated = content_mode == "full" and escape(summary, quote=False) in body_html
    return "" if repeated or content_mode == "none" else summary


def _posted_on(article: Article, publisher: Publisher) -> PostedOn | None:
    source, address = article.source, original_url(article)
    if source is None or not is_republished(article, publisher):
        return None
    return PostedOn(name=source.name, url=source.url, article_url=address if address != source.url else None)


def _also(related: Related) -> AlsoCard:
    return AlsoCard(related.title, related.url, related.summary or "", picture(related.image))


def _replies(comments: Comments | None) -> str:
    match comments.count if comments else None:
        case None | 0:
            return "Leave a reply"
        case 1:
            return "Read the reply, or leave one"
        case count:
            return f"Read {count:,} replies, or leave one"
