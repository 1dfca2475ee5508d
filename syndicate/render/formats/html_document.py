"""An HTML document of its own: for drop folders, mail, and partners that read pages."""

from __future__ import annotations

import json
from collections.abc import Iterator

from lxml import etree

from syndicate.model.delivery import EventType
from syndicate.render.attribution import rights_statement
from syndicate.render.elements import add, atom_date
from syndicate.render.formats.story import Story, Withdrawal
from syndicate.render.formats.terms import terms_of
from syndicate.render.jsonld import news_article
from syndicate.render.markup import parse_fragment


def write_html(story: Story) -> bytes:
    root = _page(story.article.title, story.language, story.url)
    for name, value in _metadata(story):
        add(root[0], "meta", name=name, content=value)
    described = news_article(story.entry, story.publisher, page_url=story.url)
    # "</script>" within a string would end the element.
    add(
        root[0], "script", json.dumps(described, ensure_ascii=False).replace("<", "\\u003c"), type="application/ld+json"
    )
    _article(add(add(root, "body"), "article"), story)
    return _written(root)


def write_html_withdrawal(withdrawal: Withdrawal) -> bytes:
    root = _page("Withdrawn", withdrawal.publisher.language, withdrawal.url)
    for name, value in _identity(withdrawal, "canceled"):
        add(root[0], "meta", name=name, content=value)
    add(root[0], "meta", name="robots", content="noindex")
    article = add(add(root, "body"), "article")
    add(article, "h1", "Withdrawn")
    if withdrawal.public_note:
        add(article, "p", withdrawal.public_note, **{"class": "public-note"})
    return _written(root)


def _page(title: str, language: str, url: str | None) -> etree._Element:
    root = etree.Element("html", lang=language)
    head = add(root, "head")
    add(head, "meta", charset="utf-8")
    add(head, "title", title)
    if url:
        add(head, "link", rel="canonical", href=url)
    return root


def _identity(of: Story | Withdrawal, status: str) -> Iterator[tuple[str, str]]:
    yield "article-id", of.id
    yield "article-version", str(of.version)
    yield "article-status", status
    yield "version-created", atom_date(of.at)


def _metadata(story: Story) -> Iterator[tuple[str, str]]:
    """Give what programs and the partner's desk read, and readers do not see."""
    article = story.article
    yield from _identity(story, "usable")
    if story.type is EventType.CORRECTED:
        yield "article-signal", "correction"
    named = {
        "author": story.byline,
        "description": article.summary,
        "keywords": ", ".join(article.keywords),
        "genre": article.genre,
        "urgency": str(article.urgency) if article.urgency else None,
        "editor-note": article.editor_note,
        "rights": rights_statement(article.rights),
        "expires": atom_date(article.expires_at) if article.expires_at else None,
    }
    yield from ((name, value) for name, value in named.items() if value)
    for category in article.categories:
        yield "category", category.label or category.term


def _article(article: etree._Element, story: Story) -> None:
    shown = story.article
    if shown.kicker:
        add(article, "p", shown.kicker, **{"class": "kicker"})
    add(article, "h1", shown.title)
    if shown.byline:
        add(article, "p", shown.byline, **{"class": "byline"})
    if shown.dateline:
        add(article, "p", shown.dateline, **{"class": "dateline"})
    published = story.entry.published_at
    add(article, "time", f"{published:%Y-%m-%d %H:%M %Z}".strip(), datetime=atom_date(published))
    body = parse_fragment(story.body_html)
    body.tag = "div"
    body.set("class", "body")
    article.append(body)
    _rights(article, story)


def _rights(article: etree._Element, story: Story) -> None:
    rights = story.article.rights
    if rights is None:
        return
    line = "; ".join(filter(None, [rights.copyright, terms_of(rights)]))
    paragraph = add(article, "p", line or None, **{"class": "rights"})
    if rights.licence_url:
        add(paragraph, "a", rights.licence or rights.licence_url, rel="license", href=rights.licence_url)


def _written(root: etree._Element) -> bytes:
    document: bytes = etree.tostring(root, method="html", encoding="UTF-8", doctype="<!DOCTYPE html>")
    return document
