"""RSS 0.9x, 1.0 and 2.0: channel and items, with the modules that publishers use."""

from __future__ import annotations

import re
from typing import Any

from syndicate.model.addresses import normalise_uri
from syndicate.parse.dates import read_date
from syndicate.parse.entries import Draft
from syndicate.parse.feed_head import FeedHead, source
from syndicate.parse.identity import entry_id
from syndicate.parse.links import home_page, web_address
from syndicate.parse.media_rss import attachments_of, pictures_of
from syndicate.parse.people import person
from syndicate.parse.plain import looks_like_html, mended_line, plain_text
from syndicate.parse.xml_tree import Element, base_of, child, child_text, children, name_of, text_of

_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,8}")


def channel_of(root: Element) -> Element | None:
    """Return the channel of an RSS document, or None if it is none."""
    if name_of(root)[1] not in ("rss", "rdf", "channel"):
        return None
    return (
        root if name_of(root)[1] == "channel" else next((each for each in root if name_of(each)[1] == "channel"), None)
    )


def items_of(root: Element, channel: Element) -> list[Element]:
    """Return the items, which stand in the channel, in RSS 1.0 beside it."""
    return [*children(channel, "", "item"), *(children(root, "", "item") if root is not channel else ())]


def read_head(channel: Element, location: str | None) -> FeedHead:
    own = next((link for link in children(channel, "atom", "link") if link.get("rel") == "self"), None)
    base = base_of(channel, location)
    home = web_address(child_text(channel, "", "link"), base)
    return FeedHead(
        title=mended_line(child_text(channel, "", "title")),
        url=home,
        feed_url=location or (web_address(own.get("href"), base) if own is not None else None),
        language=language(child_text(channel, "", "language") or child_text(channel, "dc", "language")),
        base_url=home or location,
        rights=mended_line(child_text(channel, "", "copyright") or child_text(channel, "dc", "rights")),
    )


def read_item(item: Element, head: FeedHead) -> Draft:
    """Read one item; nothing is checked yet."""
    base = base_of(item, head.base_url)
    published_at = read_date(child_text(item, "", "pubdate") or child_text(item, "dc", "date"))
    given, url = _guid_and_link(item, base)
    base = url or base
    html, summary = _texts(item)
    record: dict[str, Any] = {
        "id": entry_id(given, link=url, host=head.host, published_at=published_at),
        "url": url,
        "title": mended_line(child_text(item, "", "title")) or mended_line(child_text(item, "dc", "title")),
        "summary": summary,
        "authors": _authors(item),
        "published_at": published_at,
        "updated_at": _updated(item),
        "language": language(child_text(item, "dc", "language")) or head.language,
        "categories": _categories(item),
        "attachments": attachments_of(item, base),
        "comments": _comments(item, base),
        "rights": rights(mended_line(child_text(item, "dc", "rights")) or head.rights, _licence(item)),
        "source": _source(item, head, url),
    }
    return Draft(record, html, pictures_of(item, base), base)


def language(text: str | None) -> str | None:
    text = (text or "").strip().replace("_", "-")
    return text if _LANGUAGE.fullmatch(text) else None


def rights(copyright_: str | None, licence_url: str | None) -> dict[str, str] | None:
    found = {"copyright": copyright_, "licence_url": licence_url}
    return {key: value for key, value in found.items() if value} or None


def _guid_and_link(item: Element, base: str | None) -> tuple[str | None, str | None]:
    guid = child(item, "", "guid")
    about = (str(value) for name, value in item.attrib.items() if str(name).endswith("}about"))
    given = text_of(guid) or next(about, None)
    url = web_address(child_text(item, "", "link"), base) or _alternate(item, base)
    if url is None and (guid is None or (guid.get("isPermaLink") or "true").lower() != "false"):
        url = web_address(given)
    return given, url


def _alternate(item: Element, base: str | None) -> str | None:
    links = (link.get("href") for link in children(item, "atom", "link") if link.get("rel") in (None, "alternate"))
    return next((url for link in links if (url := web_address(link, base))), None)


def _texts(item: Element) -> tuple[str | None, str | None]:
    """Return HTML and plain summary: a description without markup is a summary, and no body."""
    html = child_text(item, "content", "encoded") or child_text(item, "xhtml", "body", "div")
    description = child_text(item, "", "description") or child_text(item, "atom", "summary")
    if description is None:
        return html, None
    has_markup = looks_like_html(description)
    summary = plain_text(description) if has_markup else description
    return html or (description if has_markup and "<" in description else None), summary


def _authors(item: Element) -> list[dict[str, Any]]:
    texts = [text_of(each) for each in (*children(item, "", "author"), *children(item, "dc", "creator"))]
    return [found for text in dict.fromkeys(texts) if (found := person(text))]


def _updated(item: Element) -> Any:
    return read_date(child_text(item, "atom", "updated") or child_text(item, "dcterms", "modified"))


def _categories(item: Element) -> list[dict[str, str]]:
    found = (
        (mended_line(text_of(each)), each)
        for each in (*children(item, "", "category"), *children(item, "dc", "subject"))
    )
    return [{"term": term} | scheme(each.get("domain")) for term, each in found if term]


def scheme(text: str | None) -> dict[str, str]:
    """Return the `scheme` of a category where it is a URI."""
    try:
        return {"scheme": normalise_uri(text)} if text else {}
    except ValueError:
        return {}


def _comments(item: Element, base: str | None) -> dict[str, Any] | None:
    url = web_address(child_text(item, "", "comments"), base)
    if url is None:
        return None
    count = child_text(item, "slash", "comments") or ""
    found = {
        "url": url,
        "count": int(count) if re.fullmatch(r"[0-9]{1,9}", count) else None,
        "feed_url": web_address(child_text(item, "wfw", "commentrss"), base),
    }
    return {key: value for key, value in found.items() if value is not None}


def _licence(item: Element) -> str | None:
    return web_address(child_text(item, "cc", "license"))


def _source(item: Element, head: FeedHead, url: str | None) -> dict[str, Any] | None:
    via = next(
        (web_address(each.get("href")) for each in children(item, "atom", "link") if each.get("rel") == "via"), None
    )
    named = child(item, "", "source")
    feed_url = None if named is None else web_address(named.get("url"), head.base_url)
    if named is None or feed_url is None:
        return head.source(via or url)
    home = home_page(via or feed_url)
    return source(mended_line(text_of(named)), home, feed_url, via)
