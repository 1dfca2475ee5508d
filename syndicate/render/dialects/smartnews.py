"""SmartNews' SmartFormat 2.1: logos of the feed, a thumbnail and a status for each item."""

from __future__ import annotations

from lxml import etree

from syndicate.model.entry import Entry, FeedContent, Tombstone
from syndicate.model.text import shortened
from syndicate.policy.gates.smartnews import DESCRIPTION_CHARACTERS
from syndicate.policy.gates.table import language_of
from syndicate.render.dialects.contract import Dialect
from syndicate.render.elements import add, refer_to_markup, rfc822
from syndicate.render.namespaces import DC, MEDIA, SNF

MAX_BYTES = 1_000_000


def extend_head(head: etree._Element, content: FeedContent) -> None:
    """Write the logos, and shorten the description to what is taken."""
    feed = content.feed
    for name, address in (("logo", feed.logo), ("darkModeLogo", feed.dark_logo)):
        if address:
            # SmartFormat has `url` in no namespace, which is why the standard feed carries none of this.
            add(add(head, f"{{{SNF}}}{name}"), "url", address)
    for description in head.findall("description") + head.findall("subtitle"):
        description[:] = []
        description.text = shortened(feed.description or feed.title, DESCRIPTION_CHARACTERS, more="…")
        refer_to_markup(description)
    if head.tag == "channel":
        add(head, "pubDate", rfc822(content.changed_at))


def extend_item(item: etree._Element, entry: Entry, content: FeedContent) -> None:
    """Write language, thumbnail and status."""
    if entry.article.language is None:
        add(item, f"{{{DC}}}language", language_of(content.feed, content.publisher))
    if lead := entry.article.lead:
        add(item, f"{{{MEDIA}}}thumbnail", url=lead.url)
    add(item, f"{{{MEDIA}}}status", "active")


def withdraw(item: etree._Element, tombstone: Tombstone) -> None:
    """Say that an item is gone."""
    add(item, f"{{{MEDIA}}}status", "deleted")


DIALECT = Dialect(
    prefixes={"snf": SNF, "dc": DC},
    extend_head=extend_head,
    extend_item=extend_item,
    withdraw=withdraw,
    max_bytes=MAX_BYTES,
)
