"""What AtomPub servers answer (RFC 5023): service documents, collections a page at a time, and their members."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from syndicate.parse.links import web_address

_ATOM = "{http://www.w3.org/2005/Atom}"
_APP = "{http://www.w3.org/2007/app}"
_ENTRY = "application/atom+xml;type=entry"


@dataclass(frozen=True)
class Collection:
    """Where members are made: `accepts` are the media ranges of its service document."""

    address: str
    accepts: tuple[str, ...] = (_ENTRY,)

    def takes(self, media_type: str) -> bool:
        """Tell whether a file of this type can become a member."""
        family = media_type.partition("/")[0]
        ranges = {each.partition(";")[0].strip().lower() for each in self.accepts}
        return bool(ranges & {media_type, f"{family}/*", "*/*"})

    @property
    def takes_entries(self) -> bool:
        """Whether an entry can become a member."""
        return any(
            each.partition(";")[0].strip().lower() == "application/atom+xml" and "type=feed" not in each
            for each in self.accepts
        )


@dataclass(frozen=True)
class Member:
    """An entry of a collection, as the server shows it; addresses are absolute."""

    id: str
    title: str
    links: tuple[tuple[str, str], ...]
    edited_at: datetime | None = None
    source: str | None = None
    """Where the media resource of a media link entry is."""

    def linked(self, relation: str) -> str | None:
        """Return the first address of that relation."""
        return next((address for found, address in self.links if found == relation), None)


@dataclass(frozen=True)
class Page:
    """One page of a collection, newest first, and where the next one is."""

    members: tuple[Member, ...]
    following: str | None


def read_element(data: bytes, *, address: str) -> etree._Element | None:
    """Parse a document as it is, for writing it back unchanged; None for what is no XML or brings a DOCTYPE."""
    parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(data, parser, base_url=address)
    except etree.XMLSyntaxError:
        return None
    # A document type could hold entities of its own, and changes what is written back.
    return root if root is not None and root.getroottree().docinfo.internalDTD is None else None


def is_entry(root: etree._Element) -> bool:
    return root.tag == f"{_ATOM}entry"


def read_collections(root: etree._Element) -> tuple[Collection, ...]:
    """Return the collections of a service document, in its order."""
    found = [(_absolute(each, each.get("href")), each) for each in root.iter(f"{_APP}collection")]
    return tuple(Collection(address, _accepts(each)) for address, each in found if address is not None)


def _accepts(collection: etree._Element) -> tuple[str, ...]:
    # Section 8.3.4: without `accept` entries are taken, and one that is empty takes nothing.
    stated = collection.findall(f"{_APP}accept")
    return tuple((each.text or "").strip() for each in stated) if stated else (_ENTRY,)


def read_page(root: etree._Element) -> Page:
    """Return a page of a collection's feed."""
    members = tuple(read_member(each) for each in root.findall(f"{_ATOM}entry"))
    following = next((address for relation, address in _links(root) if relation == "next"), None)
    return Page(members, following)


def read_member(entry: etree._Element) -> Member:
    content = entry.find(f"{_ATOM}content")
    return Member(
        id=_text(entry, f"{_ATOM}id"),
        title=_text(entry, f"{_ATOM}title"),
        links=tuple(_links(entry)),
        edited_at=_instant(_text(entry, f"{_APP}edited")),
        source=None if content is None else _absolute(content, content.get("src")),
    )


def _links(parent: etree._Element) -> Iterator[tuple[str, str]]:
    for link in parent.findall(f"{_ATOM}link"):
        if address := _absolute(link, link.get("href")):
            yield link.get("rel", "alternate"), address


def _absolute(element: etree._Element, address: str | None) -> str | None:
    return web_address(address, element.base) if address else None


def _text(entry: etree._Element, tag: str) -> str:
    found = entry.find(tag)
    return "" if found is None else " ".join("".join(map(str, found.itertext())).split())


def _instant(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else None
