"""The HTML of an article as feeds, partners and pages show it."""

from __future__ import annotations

from html import escape
from typing import Literal

from syndicate.model.article import Article
from syndicate.model.declarations import Publisher
from syndicate.model.entry import Entry
from syndicate.model.text import shortened, strip_forbidden
from syndicate.render.attribution import is_republished
from syndicate.render.figures import place_pictures
from syndicate.render.markup import first_paragraph, parse_fragment
from syndicate.render.wording import decorate_links, source_line

Content = Literal["full", "summary"] | int
_SUMMARY_CHARACTERS = 500


def compose_body(
    entry: Entry, *, publisher: Publisher | None = None, attribution: bool = True, content: Content = "full"
) -> str:
    """Compose the body with its figures, then its corrections and "Posted on: SOURCE".

    `publisher` is whose site shows it: an article of its own carries no source line; None is anybody else's site.
    A number of paragraphs keeps that many; `summary` is the summary as a paragraph.
    """
    article = entry.article
    shows_source = attribution and (publisher is None or is_republished(article, publisher))
    parts = [
        _text(article, content),
        _corrections(article),
        source_line(article, entry.wording) if shows_source else "",
    ]
    return "".join(parts)


def compose_extras(entry: Entry) -> str:
    """Compose what readers are pointed to after an article: "Check also" and "Leave a reply"."""
    return _related(entry.article) + _comments(entry.article)


def compose_feed_html(entry: Entry, publisher: Publisher | None, content: Content) -> str:
    """Compose all an item of a feed shows: byline as printed, body, and where to go from there.

    `publisher` as in `compose_body`.
    """
    byline = "" if content == "summary" else _byline(entry.article)
    html = byline + compose_body(entry, publisher=publisher, content=content) + compose_extras(entry)
    return decorate_links(html, entry.article, entry.wording)


def summary_of(article: Article) -> str:
    """Return the summary as plain text: the record's, else the beginning of the body, else the title."""
    return article.summary or _beginning(article.body_html or "") or article.title


def _beginning(html: str) -> str:
    return shortened(first_paragraph(parse_fragment(html)), _SUMMARY_CHARACTERS)


def _text(article: Article, content: Content) -> str:
    summary = f"<p>{escape(summary_of(article), quote=False)}</p>"
    if content == "summary":
        return summary
    paragraphs = content if isinstance(content, int) else None
    return place_pictures(article.body_html or summary, article.images, paragraphs=paragraphs)


def _byline(article: Article) -> str:
    return f'<p class="byline">{escape(article.byline, quote=False)}</p>' if article.byline else ""


def _corrections(article: Article) -> str:
    return "".join(
        f'<p class="correction">Correction ({correction.at:%Y-%m-%d}): {escape(correction.note, quote=False)}</p>'
        for correction in article.corrections
    )


def _related(article: Article) -> str:
    stories = "".join(f"<li>{_link(story.url, story.title)}</li>" for story in article.related)
    return f'<section class="related"><h2>Check also</h2><ul>{stories}</ul></section>' if stories else ""


def _comments(article: Article) -> str:
    comments = article.comments
    if comments is None:
        return ""
    count = f" ({comments.count})" if comments.count else ""
    return f'<p class="comments">{_link(comments.url, "Leave a reply")}{count}</p>'


def _link(url: str, text: str) -> str:
    return f'<a href="{escape(url)}">{escape(strip_forbidden(text), quote=False)}</a>'
