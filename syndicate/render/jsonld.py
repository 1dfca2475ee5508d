"""schema.org NewsArticle, as JSON-LD for an article's page."""

from __future__ import annotations

from typing import Any

from syndicate.model.article import Article, Author, Image
from syndicate.model.declarations import Publisher
from syndicate.model.entry import Entry
from syndicate.render.attribution import authors_of, is_republished, original_url
from syndicate.render.body import summary_of
from syndicate.render.elements import atom_date


def news_article(entry: Entry, publisher: Publisher, *, page_url: str) -> dict[str, Any]:
    """Describe an entry as a NewsArticle without empty members. Who embeds it in HTML must escape `</`."""
    article = entry.article
    corrections = [_correction(correction.note, atom_date(correction.at)) for correction in article.corrections]
    described = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "@id": entry.id,
        "headline": article.title,
        "alternativeHeadline": article.short_title,
        "description": summary_of(article),
        "image": [_image(image) for image in article.images],
        "datePublished": atom_date(entry.published_at),
        "dateModified": atom_date(entry.updated_at),
        "author": _authors(entry, publisher),
        "publisher": {"@type": "Organization", "name": publisher.title, "url": f"{publisher.root}/"},
        "mainEntityOfPage": page_url,
        "isBasedOn": original_url(article) if is_republished(article, publisher) else None,
        "articleSection": [category.label or category.term for category in article.categories],
        "keywords": list(article.keywords),
        "inLanguage": article.language or publisher.language,
        "correction": corrections,
    }
    return _present(described | _rights(article))


def _rights(article: Article) -> dict[str, Any]:
    rights = article.rights
    return {"copyrightNotice": rights.copyright, "license": rights.licence_url} if rights else {}


def _authors(entry: Entry, publisher: Publisher) -> list[dict[str, Any]]:
    authors = authors_of(entry, publisher)
    if not entry.article.authors and not entry.article.byline:
        return [{"@type": "Organization", "name": author.name} for author in authors]
    return [_author(author) for author in authors]


def _author(author: Author) -> dict[str, Any]:
    employer = {"@type": "Organization", "name": author.organisation} if author.organisation else None
    return _present({"@type": "Person", "name": author.name, "url": author.url, "worksFor": employer})


def _image(image: Image) -> dict[str, Any]:
    rights = image.rights
    return _present(
        {
            "@type": "ImageObject",
            "url": image.url,
            "width": image.width,
            "height": image.height,
            "caption": image.caption,
            "creditText": image.credit,
            "copyrightNotice": rights.copyright if rights else None,
            "license": rights.licence_url if rights else None,
        }
    )


def _correction(note: str, at: str) -> dict[str, Any]:
    return {"@type": "CorrectionComment", "text": note, "datePublished": at}


def _present(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value not in (None, "", [])}
