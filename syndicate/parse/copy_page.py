"""A partner's web page, read for what tells whose story it shows; whatever the bytes are, there is an answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urljoin

from lxml import etree

from syndicate.model.addresses import normalise_web_url
from syndicate.model.copy_page import Page
from syndicate.policy.words import spaced_words

MAX_TEXT = 1_000_000
MAX_LINKS = 2_000
MAX_HEADLINES = 50
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)
_UNREAD = ("script", "style", "template", "noscript", "svg", "textarea", "select")
# Words are not broken at these, as in policy.words.
_INLINE = frozenset(
    {"a", "abbr", "b", "bdi", "bdo", "cite", "code", "del", "dfn", "em", "font", "i", "ins", "kbd", "mark", "q", "s"}
    | {"samp", "small", "span", "strong", "sub", "sup", "time", "u", "var", "wbr"}
)


def read_page(data: bytes, *, address: str, content_type: str | None) -> Page:
    """Read a page; relative addresses are taken from its `base`, else from `address`."""
    root = _parsed(data, content_type)
    if root is None:
        return Page()
    declared = root.find(".//base")
    base = _absolute("" if declared is None else str(declared.get("href", "")), address) or address
    canonicals = [_absolute(href, base) for href in _canonicals(root)]
    headlines = [spaced_words(text) for text in _headlines(root)]
    etree.strip_elements(root, *_UNREAD, with_tail=False)
    return Page(
        headlines=tuple(dict.fromkeys(text for text in headlines[:MAX_HEADLINES] if text)),
        canonicals=tuple(dict.fromkeys(url for url in canonicals if url)),
        links=tuple(_links(root, base))[:MAX_LINKS],
        words=spaced_words(_text(root)[:MAX_TEXT]),
    )


def _parsed(data: bytes, content_type: str | None) -> etree._Element | None:
    parser = etree.HTMLParser(encoding=_encoding(data, content_type), huge_tree=True, remove_comments=True)
    try:
        return etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):  # Empty, or nothing that could be HTML.
        return None


def _encoding(data: bytes, content_type: str | None) -> str | None:
    """Return how the page is written; None leaves it to what the page says itself."""
    try:
        data.decode()
    except UnicodeDecodeError:
        named = _CHARSET.search(content_type or "")
    else:
        return "utf-8"
    try:
        return named[1] if named and "".encode(named[1]) == b"" else None
    except LookupError:
        return None


def _canonicals(root: etree._Element) -> Iterator[str]:
    for link in root.iter("link"):
        if "canonical" in str(link.get("rel", "")).lower().split():
            yield str(link.get("href", ""))


def _headlines(root: etree._Element) -> Iterator[str]:
    for heading in root.iter("h1", "h2", "title"):
        yield _text(heading)
    for meta in root.iter("meta"):
        if str(meta.get("property") or meta.get("name")).lower() in ("og:title", "twitter:title"):
            yield str(meta.get("content", ""))


def _links(root: etree._Element, base: str) -> Iterator[tuple[str, str]]:
    for link in root.iter("a"):
        if url := _absolute(str(link.get("href", "")), base):
            yield url, spaced_words(_text(link))


def _absolute(href: str, base: str) -> str | None:
    try:
        return normalise_web_url(urljoin(base, str(href).strip()))
    except ValueError:
        return None


def _text(element: etree._Element) -> str:
    parts: list[str] = []
    for event, node in etree.iterwalk(element, events=("start", "end")):
        if node.tag not in _INLINE:
            parts.append(" ")
        text = node.text if event == "start" else node.tail if node is not element else None
        parts.append(str(text or ""))
    return "".join(parts)
