"""The list of feeds as OPML 2.0, for readers that subscribe to many at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from lxml import etree

from syndicate.model.declarations import FeedDeclaration, Publisher
from syndicate.model.text import strip_forbidden
from syndicate.render.elements import add, rfc822

MEDIA_TYPE = "text/x-opml; charset=utf-8"


def write_opml(feeds: Sequence[FeedDeclaration], publisher: Publisher, *, changed_at: datetime) -> bytes:
    """Write the list; `changed_at` is when it was last declared otherwise."""
    opml = etree.Element("opml", version="2.0")
    head = add(opml, "head")
    add(head, "title", publisher.title)
    add(head, "dateModified", rfc822(changed_at))
    add(head, "ownerName", publisher.title)
    add(head, "ownerId", f"{publisher.root}/")
    body = add(opml, "body")
    for feed in feeds:
        _add_outline(body, feed, publisher)
    return bytes(etree.tostring(opml, encoding="UTF-8", xml_declaration=True, pretty_print=True))


def _add_outline(body: etree._Element, feed: FeedDeclaration, publisher: Publisher) -> None:
    address = f"{publisher.root}/feeds/{feed.slug}"
    attributes = {
        "type": "rss",
        "text": feed.title,
        "title": feed.title,
        "description": feed.description,
        "language": feed.language or publisher.language,
        "version": "RSS2",
        "xmlUrl": f"{address}.rss",
        "htmlUrl": address,
    }
    present = {name: strip_forbidden(value) for name, value in attributes.items() if value}
    etree.SubElement(body, "outline", present)
