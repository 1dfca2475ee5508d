"""RSS and Atom documents: which of the two it is, and where its head and entries stand."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from syndicate.errors import UnreadableDocumentError
from syndicate.parse import atom, rss
from syndicate.parse.entries import Draft
from syndicate.parse.feed_head import FeedHead
from syndicate.parse.xml_tree import Element, name_of

XmlFeed = tuple[FeedHead, Sequence[Element], Callable[[Element, FeedHead], Draft]]


def open_tree(root: Element, location: str | None) -> XmlFeed:
    """Return the head of an RSS or Atom document, its entries, and how to read one.

    Raises UnreadableDocumentError for anything else.
    """
    if name_of(root)[1] == "feed":
        entries = [each for each in root if name_of(each)[1] == "entry"]
        return atom.read_head(root, location), entries, atom.read_entry
    if (channel := rss.channel_of(root)) is not None:
        return rss.read_head(channel, location), rss.items_of(root, channel), rss.read_item
    raise UnreadableDocumentError(
        f"the document is neither RSS nor Atom, or has no channel: its root is {name_of(root)[1][:40]!r}"
    )
