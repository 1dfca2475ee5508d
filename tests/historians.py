"""Readers that keep a feed's history: one follows its archives, one applies what changed to what it holds."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from lxml import etree

ATOM = "{http://www.w3.org/2005/Atom}"
DELETED = "{http://purl.org/atompub/tombstones/1.0}deleted-entry"
HISTORY = "{http://purl.org/syndication/history/1.0}"
# Gets the document at an address.
Fetch = Callable[[str], Awaitable[bytes]]


class Shown(NamedTuple):
    """An entry as feeds order it: by when it was updated, then by when it was published, then by its id."""

    updated_at: datetime
    published_at: datetime
    id: str
    title: str


@dataclass
class Document:
    """What a reader takes from a document: entries and tombstones by id, with their times, and the paging links."""

    entries: dict[str, Shown]
    deleted: dict[str, datetime]
    links: dict[str, str] = field(default_factory=dict)
    marks: set[str] = field(default_factory=set)


def read(body: bytes) -> Document:
    """Read Atom or JSON Feed."""
    return _read_json(json.loads(body)) if body.startswith(b"{") else _read_atom(etree.fromstring(body))


def _read_atom(feed: etree._Element) -> Document:
    entries = [
        Shown(
            _time(entry.findtext(f"{ATOM}updated")),
            _time(entry.findtext(f"{ATOM}published")),
            str(entry.findtext(f"{ATOM}id")),
            str(entry.findtext(f"{ATOM}title")),
        )
        for entry in feed.iter(f"{ATOM}entry")
    ]
    deleted = {str(each.get("ref")): _time(each.get("when")) for each in feed.iter(DELETED)}
    links = {str(link.get("rel")): str(link.get("href")) for link in feed.findall(f"{ATOM}link")}
    marks = {str(each.tag).removeprefix(HISTORY) for each in feed if str(each.tag).startswith(HISTORY)}
    return Document({entry.id: entry for entry in entries}, deleted, links, marks)


def _read_json(feed: Mapping[str, Any]) -> Document:
    entries = [
        Shown(_time(item["date_modified"]), _time(item["date_published"]), item["id"], item["title"])
        for item in feed["items"]
    ]
    beyond = feed.get("_syndicate", {})
    deleted = {each["id"]: _time(each["when"]) for each in beyond.get("deleted", [])}
    links = {"prev-archive": feed["next_url"]} if "next_url" in feed else {}
    return Document({entry.id: entry for entry in entries}, deleted, links)


def _time(text: str | None) -> datetime:
    assert text is not None
    return datetime.fromisoformat(text)


@dataclass
class Keeper:
    """Applies documents as they come (RFC 5005 section 4, RFC 6721 section 3); keeps the newest `items` if told to."""

    items: int | None = None
    held: dict[str, Shown] = field(default_factory=dict)
    gone: dict[str, datetime] = field(default_factory=dict)

    def replace(self, document: Document) -> None:
        self.held, self.gone = dict(document.entries), {}

    def change(self, delta: Document) -> None:
        """Apply what changed: it says how its entries are now, whatever is held."""
        for article in delta.entries:
            self.held.pop(article, None)
        self.apply(delta)

    def apply(self, document: Document) -> None:
        for article, when in document.deleted.items():
            self.gone[article] = max(when, self.gone.get(article, when))
        for article, entry in document.entries.items():
            # The newest wins; of two alike the one that was read first, which is the feed's own.
            if article not in self.held or entry.updated_at > self.held[article].updated_at:
                self.held[article] = entry
        self.held = {
            article: entry
            for article, entry in self.held.items()
            if article not in self.gone or self.gone[article] < entry.updated_at
        }
        if self.items is not None:
            newest = sorted(self.held, key=self.held.__getitem__, reverse=True)
            self.held = {article: self.held[article] for article in newest[: self.items]}

    @property
    def titles(self) -> dict[str, str]:
        return {article: entry.title for article, entry in self.held.items()}


async def follow(fetch: Fetch, address: str) -> tuple[Keeper, list[str]]:
    """Read a feed and all its archives; returns what a reader holds then, and the addresses from newest to oldest."""
    keeper, addresses = Keeper(), [address]
    document = read(await fetch(address))
    keeper.apply(document)
    while (older := document.links.get("prev-archive")) is not None:
        assert older not in addresses, "the archives go in a circle"
        addresses.append(older)
        document = read(await fetch(older))
        keeper.apply(document)
    return keeper, addresses
