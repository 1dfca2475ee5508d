"""Atom (RFC 4287): feed head and entries, with threading (RFC 4685) and copied entries' sources."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from syndicate.parse.dates import read_date
from syndicate.parse.entries import Draft
from syndicate.parse.feed_head import FeedHead, source
from syndicate.parse.html import escape_text
from syndicate.parse.identity import entry_id
from syndicate.parse.links import home_page, web_address
from syndicate.parse.media_rss import attachments_of, pictures_of
from syndicate.parse.people import named_person
from syndicate.parse.plain import line, plain_text
from syndicate.parse.rss import language, rights, scheme
from syndicate.parse.xml_tree import XML_LANG, Element, base_of, child, child_text, children, inner_html, text_of


def read_head(feed: Element, location: str | None) -> FeedHead:
    base = base_of(feed, location)
    home, own = _link(feed, base, "alternate"), location or _link(feed, base, "self")
    return FeedHead(
        title=_plain(child(feed, "atom", "title")),
        url=home,
        feed_url=own,
        language=language(feed.get(XML_LANG)),
        # A saved file has no address of its own: that of the feed in it is the next best.
        base_url=base or own or home,
        rights=_plain(child(feed, "atom", "rights")),
        authors=tuple(_people(feed)),
    )


def read_entry(entry: Element, head: FeedHead) -> Draft:
    """Read one entry; nothing is checked yet."""
    base = base_of(entry, head.base_url)
    origin = child(entry, "atom", "source")
    published_at = read_date(child_text(entry, "atom", "published", "issued"))
    updated_at = read_date(child_text(entry, "atom", "updated", "modified"))
    url = _link(entry, base, "alternate")
    given = child_text(entry, "atom", "id")
    record: dict[str, Any] = {
        "id": entry_id(given, link=url, host=head.host, published_at=published_at or updated_at),
        "url": url,
        "title": _plain(child(entry, "atom", "title")),
        "summary": _text(child(entry, "atom", "summary")),
        "authors": _people(entry) or (_people(origin) if origin is not None else []) or list(head.authors),
        "published_at": published_at,
        "updated_at": updated_at,
        "language": language(entry.get(XML_LANG)) or head.language,
        "categories": _categories(entry),
        "attachments": attachments_of(entry, base),
        "comments": _comments(entry, base),
        "rights": _rights(entry, origin, head, base),
        "source": _source(entry, origin, head, url),
    }
    content = child(entry, "atom", "content")
    content = (
        child(entry, "atom", "summary") if content is None and _is_html(child(entry, "atom", "summary")) else content
    )
    return Draft(record, _html(content), pictures_of(entry, base), base if content is None else base_of(content, base))


def _links(element: Element, base: str | None, rel: str) -> Iterator[tuple[Element, str]]:
    for link in children(element, "atom", "link"):
        if (link.get("rel") or "alternate") == rel and (url := web_address(link.get("href"), base_of(link, base))):
            yield link, url


def _link(element: Element, base: str | None, rel: str) -> str | None:
    found = list(_links(element, base, rel))
    pages = [url for link, url in found if (link.get("type") or "text/html").endswith("html")]
    return next(iter([*pages, *(url for _, url in found)]), None)


def _type(element: Element) -> str:
    return (element.get("type") or "text").strip().lower()


def _is_html(element: Element | None) -> bool:
    return element is not None and "html" in _type(element)


def _html(element: Element | None) -> str | None:
    """Return a text construct or content as HTML (RFC 4287 sections 3.1.1 and 4.1.3.3)."""
    if element is None:
        return None
    if _type(element) in ("xhtml", "application/xhtml+xml"):
        div = child(element, "xhtml", "div")
        return inner_html(element if div is None else div)
    if "html" in _type(element):
        return text_of(element)
    return _paragraphs(text_of(element)) if _type(element) in ("text", "text/plain") else None


def _paragraphs(text: str | None) -> str | None:
    return "".join(f"<p>{escape_text(part)}</p>" for part in (text or "").split("\n\n") if part.strip()) or None


def _text(element: Element | None) -> str | None:
    if _is_html(element):
        return plain_text(_html(element) or "") or None
    return text_of(element)


def _plain(element: Element | None) -> str | None:
    return line(_text(element))


def _people(element: Element) -> list[dict[str, Any]]:
    found = (
        named_person(
            child_text(each, "atom", "name"),
            email=child_text(each, "atom", "email"),
            url=child_text(each, "atom", "uri", "url"),
        )
        for each in children(element, "atom", "author")
    )
    return [each for each in found if each]


def _categories(entry: Element) -> list[dict[str, str]]:
    found = []
    for each in children(entry, "atom", "category"):
        if term := line(each.get("term")):
            label = line(each.get("label"))
            found.append({"term": term} | scheme(each.get("scheme")) | ({"label": label} if label else {}))
    return found


def _comments(entry: Element, base: str | None) -> dict[str, Any] | None:
    pages = [(link, url) for link, url in _links(entry, base, "replies") if "html" in (link.get("type") or "")]
    feeds = [url for link, url in _links(entry, base, "replies") if "html" not in (link.get("type") or "")]
    if not pages:
        return None
    link, url = pages[0]
    counts = [str(value) for name, value in link.attrib.items() if str(name).endswith("}count")]
    counts += [child_text(entry, "thr", "total") or ""]
    count = next((int(each) for each in counts if each.isascii() and each.isdecimal() and len(each) < 10), None)
    found = {"url": url, "count": count, "feed_url": next(iter(feeds), None)}
    return {key: value for key, value in found.items() if value is not None}


def _rights(entry: Element, origin: Element | None, head: FeedHead, base: str | None) -> dict[str, str] | None:
    copyright_ = _plain(child(entry, "atom", "rights")) or _plain(child(origin, "atom", "rights"))
    return rights(copyright_ or (None if origin is not None else head.rights), _link(entry, base, "license"))


def _source(entry: Element, origin: Element | None, head: FeedHead, url: str | None) -> dict[str, Any] | None:
    via = _link(entry, head.base_url, "via")
    if origin is None:
        return head.source(via or url)
    feed_url = _link(origin, head.base_url, "self")
    known = (
        _link(origin, head.base_url, "alternate") or feed_url or via or web_address(child_text(origin, "atom", "id"))
    )
    if known is None:
        return head.source(via or url)
    home = _link(origin, head.base_url, "alternate") or home_page(known)
    return source(_plain(child(origin, "atom", "title")), home, feed_url, via)
