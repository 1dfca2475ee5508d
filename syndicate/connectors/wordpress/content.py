"""An article as the fields of a post."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC
from html import escape
from typing import Any

from lxml import etree

from syndicate.connectors.wordpress.ledger import Media
from syndicate.model.article import Article
from syndicate.model.declarations import Profile, Publisher
from syndicate.render.body import summary_of
from syndicate.render.markup import parse_fragment, write_fragment
from syndicate.render.partner_html import partner_html


def post_fields(article: Article, content: str) -> dict[str, Any]:
    """Return what every revision sets of a post."""
    return {
        "title": escape(article.title, quote=False),
        "content": content,
        "excerpt": escape(summary_of(article), quote=False),
    }


def post_date(article: Article) -> str:
    """Return the date as WordPress reads it: GMT, without a zone."""
    assert article.published_at is not None
    return f"{article.published_at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}"


def post_content(
    article: Article,
    profile: Profile,
    publisher: Publisher,
    *,
    marker: str,
    copies: Mapping[str, Media],
    byline: bool,
) -> str:
    """Return the content of a post: a block that no filter puts paragraphs into, with the marker to find it by.

    `copies` are the site's copies of pictures, by their own addresses. With `byline` it begins with the author's
    name, for posts of an account that is not the author's.
    """
    body = partner_html(article, profile, publisher, addresses={url: media.url for url, media in copies.items()})
    named = f'<p class="byline">{escape(article.byline, quote=False)}</p>' if byline and article.byline else ""
    html = _literally(named + _as_attachments(body, copies.values()))
    return f"<!-- wp:html -->\n<!-- {marker} -->{html}\n<!-- /wp:html -->"


def _as_attachments(html: str, copies: Collection[Media]) -> str:
    """Say of which attachment each picture is: WordPress then offers its smaller sizes (`srcset`)."""
    numbers = {media.url: media.id for media in copies}
    body = parse_fragment(html)
    for img in body.iter("img"):
        if (number := numbers.get(str(img.get("src")))) is not None:
            img.set("class", f"wp-image-{number}")
            _enclose(img)
    return write_fragment(body)


def _enclose(img: etree._Element) -> None:
    """Have the theme style the picture's figure as it does those of its own editors."""
    figure = next(img.iterancestors("figure"), None)
    if figure is not None and len(figure.findall(".//img")) == 1:
        figure.set("class", "wp-block-image")
        for caption in figure.findall("figcaption"):
            caption.set("class", "wp-element-caption")


def _literally(html: str) -> str:
    """Keep WordPress from running "[gallery]" and the like of plugins, which a text may only be speaking of."""
    return html.replace("[", "&#91;")
