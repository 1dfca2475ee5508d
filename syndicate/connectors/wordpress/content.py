"""An article as the fields of a post."""

from __future__ import annotations

import re
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

_IMAGE = re.compile(r'(<figure class="wp-block-image size-full">.*?</figure>)', re.DOTALL)
_NUMBER = re.compile(r'class="wp-image-(\d+)"')


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
    """Return the content of a post: blocks that no filter puts paragraphs into, with the marker to find it by.

    `copies` are the site's copies of pictures, by their own addresses. With `byline` it begins with the author's
    name, for posts of an account that is not the author's.
    """
    body = partner_html(article, profile, publisher, addresses={url: media.url for url, media in copies.items()})
    named = f'<p class="byline">{escape(article.byline, quote=False)}</p>' if byline and article.byline else ""
    pieces = _IMAGE.split(_literally(named + _as_attachments(body, copies.values())))
    pieces[0] = f"<!-- {marker} -->{pieces[0]}"
    return "\n\n".join(_block(piece) for piece in pieces if piece)


def _block(html: str) -> str:
    """Return a block as the site's editor keeps it; a theme has its own look for those of pictures."""
    found = _NUMBER.search(html) if _IMAGE.fullmatch(html) else None
    if found is None:
        return f"<!-- wp:html -->\n{html}\n<!-- /wp:html -->"
    return f'<!-- wp:image {{"id":{found[1]},"sizeSlug":"full"}} -->\n{html}\n<!-- /wp:image -->'


def _as_attachments(html: str, copies: Collection[Media]) -> str:
    """Say of which attachment each picture is: WordPress then offers its smaller sizes (`srcset`)."""
    numbers = {media.url: media.id for media in copies}
    body = parse_fragment(html)
    for img in body.iter("img"):
        if (number := numbers.get(str(img.get("src")))) is not None:
            img.set("class", f"wp-image-{number}")
            _make_block(img)
    return write_fragment(body)


def _make_block(img: etree._Element) -> None:
    """Mark the figure of a picture that stands between paragraphs, with no more than the editor itself would write."""
    figure = img.getparent()
    around = None if figure is None else figure.getparent()
    if figure is None or figure.tag != "figure" or len(figure) > 2 or around is None or around.tag != "body":
        return
    figure.set("class", "wp-block-image size-full")
    etree.strip_attributes(img, "width", "height", "loading")
    for caption in figure.findall("figcaption"):
        caption.set("class", "wp-element-caption")


def _literally(html: str) -> str:
    """Keep WordPress from running "[gallery]" and the like of plugins, which a text may only be speaking of."""
    return html.replace("[", "&#91;")
