"""What the head of a document says of its place in the feed's history (RFC 5005), in RSS and Atom alike."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from feedgen.ext.base import BaseExtension
from lxml import etree

from syndicate.model.entry import FeedContent, Part, Tombstone
from syndicate.render.elements import add, atom_date
from syndicate.render.namespaces import ATOM, FH, TOMBSTONES

_NAME = "history"


def extend_with_history(feed: Any, content: FeedContent, *, suffix: str, media_type: str) -> None:
    """Have feedgen write the paging links, the mark of an archive, and in RSS the tombstones it has no place for."""
    feed.register_extension(_NAME, partial(_History, content, suffix, media_type))


def add_tombstone(parent: etree._Element, tombstone: Tombstone) -> None:
    """Write that an entry left the feed (RFC 6721)."""
    deleted = add(parent, f"{{{TOMBSTONES}}}deleted-entry", ref=tombstone.id, when=atom_date(tombstone.left_at))
    if tombstone.note:
        add(deleted, f"{{{TOMBSTONES}}}comment", tombstone.note)


def paging_links(content: FeedContent) -> Iterator[tuple[str, str]]:
    """Give relation and address, without suffix, of the documents beside this one (RFC 5005 section 4)."""
    place = content.place
    if place.part is Part.ARCHIVE:
        yield "current", content.self_base
    if place.older is not None:
        yield "prev-archive", place.older
    if place.newer is not None:
        yield "next-archive", place.newer


class _History(BaseExtension):  # type: ignore[misc]  # feedgen has no types
    def __init__(self, content: FeedContent, suffix: str, media_type: str) -> None:
        self._content, self._suffix, self._type = content, suffix, media_type

    def extend_ns(self) -> dict[str, str]:
        """Name what is used and no more, so that a feed without a history keeps its bytes."""
        archive = {"fh": FH} if self._content.place.part is Part.ARCHIVE else {}
        return archive | ({"at": TOMBSTONES} if self._tombstones else {})

    @property
    def _tombstones(self) -> tuple[Tombstone, ...]:
        """Return what RSS says of withdrawals where absence says nothing: in archives and deltas."""
        return () if self._content.place.part is Part.NEWEST else self._content.tombstones

    def extend_rss(self, rss: etree._Element) -> etree._Element:
        self._write(rss[0], f"{{{ATOM}}}link")
        for tombstone in self._tombstones:
            add_tombstone(rss[0], tombstone)
        return rss

    def extend_atom(self, feed: etree._Element) -> etree._Element:
        # Atom's own elements have no namespace here: feedgen writes the default one as an attribute.
        self._write(feed, "link")
        return feed

    def _write(self, head: etree._Element, link: str) -> None:
        for relation, address in paging_links(self._content):
            add(head, link, rel=relation, href=address + self._suffix, type=self._type)
        if self._content.place.part is Part.ARCHIVE:
            add(head, f"{{{FH}}}archive")
