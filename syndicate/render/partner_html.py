"""The body of an article as a partner's page or mail shows it, in the words and with the tags of its profile."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from types import MappingProxyType
from urllib.parse import urlsplit

from lxml import etree

from syndicate.model.article import Article
from syndicate.model.declarations import Profile, Publisher
from syndicate.model.entry import Entry
from syndicate.render.attribution import original_url
from syndicate.render.body import compose_body
from syndicate.render.markup import parse_fragment, write_fragment

_AS_THEY_ARE: Mapping[str, str] = MappingProxyType({})


def partner_html(
    article: Article, profile: Profile, publisher: Publisher, *, addresses: Mapping[str, str] = _AS_THEY_ARE
) -> str:
    """Return the body with figures and corrections, then the line that says where it comes from.

    `article` is a record as it leaves; `addresses` are where the partner keeps its copies of pictures, by their own.
    """
    assert article.published_at is not None
    updated_at = article.updated_at or article.published_at
    entry = Entry(article=article, published_at=article.published_at, updated_at=updated_at)
    body = parse_fragment(compose_body(entry, attribution=False) + attribution_line(article, profile))
    for img in body.iter("img"):
        img.set("src", addresses.get(str(img.get("src")), str(img.get("src"))))
    for link in body.iter("a"):
        link.set("href", decorated(str(link.get("href", "")), profile, publisher))
    if profile.allowed_html:
        _keep_tags(body, frozenset(profile.allowed_html))
    return write_fragment(body)


def attribution_line(article: Article, profile: Profile) -> str:
    """Return the source line as a paragraph; the source's name links to the story."""
    address = original_url(article)
    if article.source is None or address is None:
        return ""
    before, named, after = profile.attribution.partition("{source}")
    link = f'<a href="{escape(address)}">{escape(article.source.name, quote=False)}</a>'
    words = f"{escape(before, quote=False)}{link if named else ''}{escape(after, quote=False)}"
    return f'<p class="source">{words}</p>'


def decorated(url: str, profile: Profile, publisher: Publisher) -> str:
    """Add the profile's query to an address of our own; any other stays as it is."""
    if not profile.link_query or urlsplit(url).netloc != urlsplit(publisher.base_url).netloc:
        return url
    address, hash_, fragment = url.partition("#")
    return f"{address}{'&' if '?' in address else '?'}{profile.link_query}{hash_}{fragment}"


def _keep_tags(body: etree._Element, tags: frozenset[str]) -> None:
    """Drop the other tags and keep the words in them."""
    etree.strip_tags(body, *{str(element.tag) for element in body.iterdescendants()} - tags)
