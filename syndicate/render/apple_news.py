"""Apple News Format: an article as the `article.json` of a channel."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from lxml import etree

from syndicate.model.article import Article, Image
from syndicate.model.declarations import Profile, Publisher
from syndicate.model.entry import Entry
from syndicate.model.text import shortened
from syndicate.render.attribution import authors_of, original_url
from syndicate.render.body import summary_of
from syndicate.render.markup import parse_fragment, write_fragment
from syndicate.render.partner_html import partner_html

VERSION = "1.7"
# What is read in text of the format "html"; of other tags only the words stay.
_TEXT_TAGS = frozenset({"a", "b", "blockquote", "br", "code", "del", "em", "i", "li", "ol", "p", "pre", "s", "samp"})
_TAGS = _TEXT_TAGS | {"strong", "sub", "sup", "ul"}
_ROLES = {f"h{level}": f"heading{level}" for level in range(1, 7)} | {"blockquote": "quote", "aside": "pullquote"}
_SHOWN = ("figure", "img")
# Without their tags their words would run together.
_CELLS = ("caption", "dd", "div", "dt", "figcaption", "section", "summary", "td", "th")
_HOLDERS = frozenset({"article", "center", "details", "div", "footer", "header", "main", "nav", "section"})
_LAYOUT = {"columns": 10, "width": 1024, "margin": 60, "gutter": 20}
_STYLES = {
    "default": {"fontSize": 18, "lineHeight": 26},
    "default-caption": {"fontSize": 14, "lineHeight": 18, "textColor": "#666666"},
    "correction": {"textColor": "#666666"},
}
_EXCERPT_CHARACTERS = 300
_MOST_KEYWORDS = 50

Component = dict[str, Any]


def apple_news_identifier(article_id: str) -> str:
    """Return what the document is known by: the same for an article for ever, of the characters that are allowed."""
    return urlsafe_b64encode(hashlib.sha256(article_id.encode()).digest()).decode().rstrip("=")


def apple_news_document(
    article: Article, profile: Profile, publisher: Publisher, *, addresses: Mapping[str, str]
) -> dict[str, Any]:
    """Return the document; `addresses` are those of bundled pictures (`bundle://…`) by their own."""
    return {
        "version": VERSION,
        "identifier": apple_news_identifier(article.id or ""),
        "language": article.language or publisher.language,
        "title": article.title,
        "layout": _LAYOUT,
        "components": [*_head(article), *_body(article, profile, publisher, addresses)],
        "componentTextStyles": _STYLES,
        "metadata": _metadata(article, publisher, addresses),
    }


def _head(article: Article) -> Iterator[Component]:
    if article.kicker:
        yield {"role": "heading", "text": article.kicker}
    yield {"role": "title", "text": article.title}
    if article.byline:
        yield {"role": "byline", "text": article.byline}


def _body(
    article: Article, profile: Profile, publisher: Publisher, addresses: Mapping[str, str]
) -> Iterator[Component]:
    pictures = {addresses.get(image.url, image.url): image for image in article.images}
    body = parse_fragment(partner_html(article, profile, publisher, addresses=addresses))
    return _components(body, pictures)


def _components(holder: etree._Element, pictures: Mapping[str, Image]) -> Iterator[Component]:
    yield from _words(holder.text)
    for block in list(holder):
        tail, block.tail = block.tail, None
        if block.tag in _HOLDERS:
            yield from _components(block, pictures)
        else:
            yield from _block(block, pictures)
        yield from _words(tail)


def _words(text: str | None) -> Iterator[Component]:
    if text and text.strip():
        yield {"role": "body", "text": text.strip()}


def _block(block: etree._Element, pictures: Mapping[str, Image]) -> Iterator[Component]:
    pulled = [block] if block.tag in _SHOWN else list(_pulled_out(block))
    if block.tag == "hr":
        yield {"role": "divider"}
    elif block.tag == "table" and _has_words(block):
        yield {"role": "htmltable", "html": str(etree.tostring(block, encoding="unicode", method="html"))}
    elif block.tag not in _SHOWN and _has_words(block):
        yield _text(block)
    for each in pulled:
        yield from _photo(each, pictures) if each.tag == "img" else _figure(each, pictures)


def _pulled_out(block: etree._Element) -> Iterator[etree._Element]:
    """Take the figures and pictures out of a block of text: they are components of their own."""
    for each in list(block.iter(*_SHOWN)):
        if next(each.iterancestors("figure"), None) is None:
            _remove(each)
            yield each


def _figure(figure: etree._Element, pictures: Mapping[str, Image]) -> Iterator[Component]:
    """Write the pictures of a figure with its caption, then what else it holds."""
    shown = list(figure.iter("img"))
    for img in shown:
        yield from _photo(img, pictures)
    told = ("img", "figcaption") if shown else ()
    for each in list(figure.iter(*told)) if told else ():
        _remove(each)
    yield from _components(figure, pictures)


def _photo(img: etree._Element, pictures: Mapping[str, Image]) -> Iterator[Component]:
    """Write a picture with its caption twice: the one is read in the article, the other where it fills the screen."""
    image = pictures.get(str(img.get("src")))
    photo: Component = {"role": "photo", "URL": str(img.get("src"))}
    if alt := img.get("alt"):
        photo["accessibilityCaption"] = alt
    words = _caption_of(img, image)
    if not words:
        yield photo
        return
    yield {**photo, "caption": {"text": words}}
    yield {"role": "caption", "text": words}


def _caption_of(img: etree._Element, image: Image | None) -> str:
    if image is not None and (image.caption or image.credit):
        return " ".join(part for part in (image.caption, image.credit) if part)
    figure = next(img.iterancestors("figure"), None)
    words = (
        "" if figure is None else "".join(str(text) for each in figure.iter("figcaption") for text in each.itertext())
    )
    return " ".join(words.split())


def _text(block: etree._Element) -> Component:
    kind = block.get("class")
    component: Component = {"role": _ROLES.get(str(block.tag), "body"), "text": _html(block), "format": "html"}
    return {**component, "textStyle": "correction"} if kind == "correction" else component


def _has_words(block: etree._Element) -> bool:
    return any(str(text).strip() for text in block.itertext())


def _html(block: etree._Element) -> str:
    """Return the HTML of a block with the tags that are read; the role says what a heading or a quote is."""
    body = etree.Element("body")
    body.append(block)
    for cell in body.iter(*_CELLS):
        cell.tail = f" {cell.tail or ''}"
    foreign = {str(each.tag) for each in body.iterdescendants() if isinstance(each.tag, str)} - _TAGS
    etree.strip_tags(body, *foreign, *({"blockquote"} if block.tag == "blockquote" else ()))
    for each in body.iterdescendants():
        address = each.get("href") if each.tag == "a" else None
        each.attrib.clear()
        if address:
            each.set("href", address)
    return write_fragment(body).strip()


def _remove(element: etree._Element) -> None:
    """Drop an element and keep the text after it."""
    parent, previous = element.getparent(), element.getprevious()
    assert parent is not None
    if previous is not None:
        previous.tail = (previous.tail or "") + (element.tail or "")
    else:
        parent.text = (parent.text or "") + (element.tail or "")
    parent.remove(element)


def _metadata(article: Article, publisher: Publisher, addresses: Mapping[str, str]) -> dict[str, Any]:
    assert article.published_at is not None
    updated_at = article.updated_at or article.published_at
    entry = Entry(article=article, published_at=article.published_at, updated_at=updated_at)
    metadata = {
        "authors": [author.name for author in authors_of(entry, publisher)],
        "canonicalURL": original_url(article) or article.url,
        "dateCreated": _utc(article.published_at),
        "datePublished": _utc(article.published_at),
        "dateModified": _utc(updated_at),
        "excerpt": shortened(summary_of(article), _EXCERPT_CHARACTERS),
        "keywords": list(article.keywords[:_MOST_KEYWORDS]),
        "thumbnailURL": addresses.get(article.lead.url, article.lead.url) if article.lead else None,
        "generatorName": "syndicate",
    }
    return {key: value for key, value in metadata.items() if value}


def _utc(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
