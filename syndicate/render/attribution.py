"""Who wrote an article, who published it first, and on what terms it may be used."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from syndicate.model.article import Article, Author, Rights
from syndicate.model.declarations import Publisher
from syndicate.model.entry import Entry

_BY = re.compile(r"by\s+", re.IGNORECASE)


def is_republished(article: Article, publisher: Publisher) -> bool:
    """Say whether the article has a source other than `publisher`, by name and by address."""
    source = article.source
    if source is None:
        return False
    same_name = source.name.casefold() == publisher.title.casefold()
    return not same_name and source.url.rstrip("/") != publisher.root


def original_url(article: Article) -> str | None:
    """Return the article's address at its source, or the source's own address where that is all we know."""
    source = article.source
    if source is None:
        return None
    at_source = article.url if article.url and _site(article.url) == _site(source.url) else None
    return source.article_url or at_source or source.url


def _site(url: str) -> str:
    return urlsplit(url).netloc.removeprefix("www.")


def authors_of(entry: Entry, publisher: Publisher) -> tuple[Author, ...]:
    """Return who wrote an entry; never empty, as RFC 4287 section 4.1.2 asks an author of every entry.

    Without named authors that is the byline without its "By", else the source, else the publisher.
    """
    article = entry.article
    if article.authors:
        return article.authors
    if article.byline:
        return (Author(name=_BY.sub("", article.byline, count=1) if _BY.match(article.byline) else article.byline),)
    return (Author(name=article.source.name if article.source else publisher.title),)


def rights_statement(rights: Rights | None) -> str | None:
    """Return one line for people: copyright, licence and usage terms, as far as they are known."""
    if rights is None:
        return None
    parts = [part for part in (rights.copyright, rights.licence, rights.usage_terms) if part]
    return "; ".join(parts) or None
