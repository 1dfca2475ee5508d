"""An article as the fields of a post."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from html import escape
from typing import Any

from syndicate.model.article import Article
from syndicate.model.declarations import Profile, Publisher
from syndicate.render.body import summary_of
from syndicate.render.partner_html import partner_html


def post_fields(article: Article, content: str) -> dict[str, Any]:
    """Return what every revision sets of a post."""
    assert article.published_at is not None
    return {
        "title": escape(article.title, quote=False),
        "content": content,
        "excerpt": escape(summary_of(article), quote=False),
        # Without a zone: WordPress reads it as GMT.
        "date_gmt": f"{article.published_at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}",
    }


def post_content(
    article: Article,
    profile: Profile,
    publisher: Publisher,
    *,
    marker: str,
    addresses: Mapping[str, str],
    byline: bool,
) -> str:
    """Return the content of a post: a block that no filter puts paragraphs into, with the marker to find it by.

    With `byline` it begins with the author's name, for posts of an account that is not the author's.
    """
    body = partner_html(article, profile, publisher, addresses=addresses)
    named = f'<p class="byline">{escape(article.byline, quote=False)}</p>' if byline and article.byline else ""
    return f"<!-- wp:html -->\n<!-- {marker} -->{named}{body}\n<!-- /wp:html -->"
