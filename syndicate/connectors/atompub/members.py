"""The members of one server's collections: made, found again, changed and deleted."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from urllib.parse import quote, urljoin, urlsplit

from lxml import etree

from syndicate.connectors.attempt import AttemptOverError, Requests
from syndicate.connectors.contract import Refused
from syndicate.model.addresses import normalise_web_url
from syndicate.net.exchange import Answer
from syndicate.parse.atompub import (
    Collection,
    Member,
    Page,
    is_entry,
    read_collections,
    read_element,
    read_member,
    read_page,
)

ENTRY = "application/atom+xml;type=entry"
_SERVICE_OR_ANY = "application/atomsvc+xml, application/xml;q=0.9, */*;q=0.1"
_ATOM_OR_ANY = "application/atom+xml, application/xml;q=0.9, */*;q=0.1"
_GONE = frozenset({404, 410})
_STALE = frozenset({412, 428})
# How often somebody else may change an entry while we do.
_TRIES = 3
_MOST_PAGES = 50
# How long a page is, is for the server to say: many show whole articles.
_MAX_PAGE_BYTES = 4 * 1024**2
# Their clock may go otherwise than ours.
_EARLIER = timedelta(minutes=10)


@dataclass(frozen=True)
class Held:
    """A member as it was fetched, with the tag that says whether it changed since."""

    entry: etree._Element
    member: Member
    tag: str | None


class Members:
    """Requests about members. Credentials go to the hosts that the operator named, and to their collections'."""

    def __init__(self, requests: Requests, named: Sequence[str]) -> None:
        self._requests = requests
        self._trusted = {_origin(address) for address in named}

    async def collections(self, service: str) -> tuple[Collection, ...]:
        """Read a service document; where it says that collections are, credentials may go."""
        found = await self._requests.read(service, partial(_collections, address=service), accept=_SERVICE_OR_ANY)
        self._trusted |= {_origin(each.address) for each in found}
        return found

    async def create(
        self, collection: str, body: bytes, media_type: str, *, slug: str
    ) -> tuple[str | None, Held | None]:
        """Make a member; return where it is edited and what it is, as far as the answer says so."""
        # Section 9.7: UTF-8, percent-encoded but for what is printable; the percent sign is encoded itself.
        headers = {"Slug": quote(slug, safe=" !\"#$&'()*+,/:;<=>?@[\\]^`{|}")}
        answer = await self._requests.send("POST", collection, body=body, media_type=media_type, headers=headers)
        held = await asyncio.to_thread(_held, answer, collection) if answer.complete else None
        named = held.member.linked("edit") if held else None
        return self._edit_address(collection, answer) or named, held

    async def read(self, address: str) -> Held | None:
        """Fetch a member; None where it is not there any more."""
        self._trust(address)
        return await self._requests.read(address, partial(_standing, address=address), accept=ENTRY, expected=_GONE)

    async def replace(
        self, address: str, write: Callable[[etree._Element], bytes], *, tolerated: frozenset[int] = frozenset()
    ) -> Held | None:
        """Change a member as it stands now; return it as it stood, None where there is none.

        A change that another makes in between is read and kept (section 9.5).
        """
        for _ in range(_TRIES):
            held = await self.read(address)
            if held is None:
                return None
            body = await asyncio.to_thread(write, held.entry)
            answer = await self._put(address, body, held.tag, expected=_STALE | _GONE | tolerated)
            if answer.status in _GONE:
                return None
            if answer.status not in _STALE:
                return held
        raise AttemptOverError(self._requests.refusal(answer))

    async def delete(self, address: str) -> None:
        """Delete a member; that there is none is as good. A server that insists on its tag is told it."""
        self._trust(address)
        tag: dict[str, str] = {}
        for _ in range(_TRIES):
            answer = await self._requests.send("DELETE", address, headers=tag, expected=_GONE | _STALE)
            if answer.status not in _STALE or (held := await self.read(address)) is None:
                return
            tag = {"If-Match": held.tag or "*"}
        raise AttemptOverError(self._requests.refusal(answer))

    async def find(self, collection: str, is_it: Callable[[Member], bool], *, since: datetime) -> Member | None:
        """Look through what was edited `since` then; servers show what was edited last first (section 10)."""
        address: str | None = collection
        for _ in range(_MOST_PAGES):
            if address is None:
                return None
            self._trust(address)
            page = await self._requests.read(
                address, partial(_page, address=address), accept=_ATOM_OR_ANY, max_bytes=_MAX_PAGE_BYTES
            )
            if found := next((member for member in page.members if is_it(member)), None):
                return found
            if _all_older(page.members, since - _EARLIER):
                return None
            address = page.following
        raise AttemptOverError(Refused("the collection is too long to tell whether it holds this"))

    async def _put(self, address: str, body: bytes, tag: str | None, *, expected: frozenset[int]) -> Answer:
        headers = {"If-Match": tag} if tag else {}
        return await self._requests.send(
            "PUT", address, body=body, media_type=ENTRY, headers=headers, expected=expected
        )

    def _edit_address(self, collection: str, answer: Answer) -> str | None:
        location = answer.headers.get("Location")
        return _joined(collection, location) if location else None

    def _trust(self, address: str) -> None:
        if _origin(address) not in self._trusted:
            raise AttemptOverError(Refused("the server names an address on another host", permanent=True, certain=True))


def _held(answer: Answer, address: str) -> Held | None:
    root = read_element(answer.body_start, address=address)
    if root is None or not is_entry(root):
        return None
    # A proxy that compresses makes tags weak, and a weak one never matches (RFC 9110 section 13.1.1).
    tag = answer.headers.get("ETag", "").removeprefix("W/")
    return Held(root, read_member(root), tag or None)


def _standing(answer: Answer, *, address: str) -> Held | None:
    """Return the member of an answer, None where it says that there is none."""
    if answer.status in _GONE:
        return None
    found = _held(answer, address)
    if found is None:
        raise AttemptOverError(Refused("what should be an entry is none", status=answer.status, certain=True))
    return found


def _collections(answer: Answer, *, address: str) -> tuple[Collection, ...]:
    return read_collections(_document(answer, address))


def _page(answer: Answer, *, address: str) -> Page:
    return read_page(_document(answer, address))


def _document(answer: Answer, address: str) -> etree._Element:
    root = read_element(answer.body_start, address=address)
    if root is None:
        raise AttemptOverError(Refused("what should be an Atom document is none", status=answer.status, certain=True))
    return root


def _all_older(members: tuple[Member, ...], than: datetime) -> bool:
    return bool(members) and all(each.edited_at is not None and each.edited_at < than for each in members)


def _joined(base: str, address: str) -> str | None:
    try:
        return normalise_web_url(urljoin(base, address))
    except ValueError:
        return None


def _origin(address: str) -> tuple[str, str]:
    parts = urlsplit(address)
    return parts.scheme, parts.netloc.lower()
