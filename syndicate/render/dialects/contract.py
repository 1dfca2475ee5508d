"""What a dialect is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from lxml import etree

from syndicate.model.article import Article
from syndicate.model.entry import Entry, FeedContent, Tombstone
from syndicate.render.body import summary_of
from syndicate.render.dialects.allowed_html import AllowedHTML


def nothing(*parts: object) -> None:
    """Add nothing to an element."""


@dataclass(frozen=True)
class Dialect:
    """How documents in RSS and Atom differ from the standard ones; JSON Feed has no dialects.

    The functions write into finished elements: `extend_head` the channel or feed, `extend_item` an item or entry.
    `withdraw` writes into an item how a withdrawal is said; None where a tombstone says it.
    `prefixes` are the namespaces of what they write; `html` None leaves every element that a record may hold.
    """

    prefixes: Mapping[str, str] = field(default_factory=dict)
    html: AllowedHTML | None = None
    describe: Callable[[Article], str] = summary_of
    extend_head: Callable[[etree._Element, FeedContent], None] = nothing
    extend_item: Callable[[etree._Element, Entry, FeedContent], None] = nothing
    withdraw: Callable[[etree._Element, Tombstone], None] | None = None
    max_bytes: int | None = None
    """A longer document shows as many of its newest articles as fit."""
