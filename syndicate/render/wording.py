"""The words and links that say where a story comes from, as a partner's profile has them."""

from __future__ import annotations

from collections.abc import Collection
from html import escape
from urllib.parse import urlsplit

from syndicate.model.article import Article
from syndicate.model.declarations import Profile, Publisher
from syndicate.model.entry import Wording
from syndicate.model.text import strip_forbidden
from syndicate.render.attribution import is_republished, original_url
from syndicate.render.markup import parse_fragment, write_fragment

_SOURCE = "{source}"


def source_line(article: Article, wording: Wording) -> str:
    """Return the source line as a paragraph, linked to the story at the source's name; at all the words without one."""
    address = wording.story or original_url(article)
    if article.source is None or address is None:
        return ""
    name = article.source.name
    # The line is owed: where the profile has no words for it, the name alone is it.
    before, named, after = (wording.attribution or _SOURCE).partition(_SOURCE)
    linked = name if named else before
    link = f'<a href="{escape(address)}">{_text(linked)}</a>'
    return f'<p class="source">{_text(before) if named else ""}{link}{_text(after.replace(_SOURCE, name))}</p>'


def _text(words: str) -> str:
    return escape(strip_forbidden(words), quote=False)


def with_query(url: str, query: str, hosts: Collection[str]) -> str:
    """Add a query to an address at one of `hosts`; any other stays as it is."""
    query = query.lstrip("?&")
    if not query or urlsplit(url).netloc.lower() not in hosts:
        return url
    address, hash_, fragment = url.partition("#")
    joint = "" if address.endswith(("?", "&")) else "&" if "?" in address else "?"
    return f"{address}{joint}{query}{hash_}{fragment}"


def own_hosts(article: Article | None, publisher: Publisher) -> frozenset[str]:
    """Return where our own pages stand: the service's, and the site whose story it is if that is ours."""
    urls = [publisher.base_url]
    if article is not None and article.url and not is_republished(article, publisher):
        urls.append(article.url)
    return frozenset(urlsplit(url).netloc.lower() for url in urls)


def wording_of(article: Article, profile: Profile, publisher: Publisher) -> Wording:
    """Return how a partner words an article of ours or of somebody else."""
    story = None if is_republished(article, publisher) else article.url
    return Wording(profile.attribution, profile.link_query, own_hosts(article, publisher), story)


def decorate_links(html: str, article: Article, wording: Wording) -> str:
    """Add the query to the links of a fragment that lead to pages of ours; never to pictures and other files."""
    if not wording.link_query:
        return html
    body = parse_fragment(html)
    files = {image.url for image in article.images} | {attached.url for attached in article.attachments}
    for link in body.iter("a"):
        url = str(link.get("href", ""))
        if url not in files:
            link.set("href", with_query(url, wording.link_query, wording.hosts))
    return write_fragment(body)
