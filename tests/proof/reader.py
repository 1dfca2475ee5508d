"""A feed reader that never stops asking and checks every body it gets."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field

import aiohttp
from lxml import etree

FEEDS = tuple(f"/feeds/{slug}.{form}" for slug in ("latest", "world") for form in ("rss", "atom", "json"))
PAUSE = 0.03
ATOM = "{http://www.w3.org/2005/Atom}"


@dataclass
class Reader:
    """What was read of each feed: its seq and, under each ETag, the hash of the bytes."""

    base: str
    reads: int = 0
    problems: list[str] = field(default_factory=list)
    seqs: dict[str, int] = field(default_factory=dict)
    bodies: dict[tuple[str, str], str] = field(default_factory=dict)
    etags: dict[tuple[str, str], str] = field(default_factory=dict)

    async def read_until(self, stop: asyncio.Event) -> None:
        timeout = aiohttp.ClientTimeout(total=5)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            while not stop.is_set():
                for address in FEEDS:
                    await self._read(session, address)
                    await asyncio.sleep(PAUSE)

    async def _read(self, session: aiohttp.ClientSession, address: str) -> None:
        try:
            async with session.get(self.base + address, headers={"Accept-Encoding": "identity"}) as answer:
                body, status, etag = await answer.read(), answer.status, answer.headers.get("ETag", "")
        except (aiohttp.ClientError, TimeoutError):
            return
        self.reads += 1
        if status == 200:
            self._check(address, body, etag)
        elif status != 503:
            self.problems.append(f"{address} answered {status}")

    def _check(self, address: str, body: bytes, etag: str) -> None:
        titles_of(address, body)
        seq = int(etag.strip('"').partition("-")[0])
        if seq < self.seqs.get(address, 0):
            self.problems.append(f"{address} went back from {self.seqs[address]} to {seq}")
        self.seqs[address] = seq
        digest = hashlib.sha256(body).hexdigest()
        if self.bodies.setdefault((address, etag), digest) != digest:
            self.problems.append(f"{address} has other bytes under the same ETag {etag}")
        if self.etags.setdefault((address, digest), etag) != etag:
            self.problems.append(f"{address} has another ETag {etag} for the same bytes")


def titles_of(address: str, body: bytes) -> Sequence[str]:
    """Parse a feed strictly and return its titles; raises for anything that is not whole."""
    if address.endswith(".json"):
        return [item["title"] for item in json.loads(body)["items"]]
    tree = etree.fromstring(body)
    if address.endswith(".rss"):
        return [item.findtext("title") or "" for item in tree.iter("item")]
    return [entry.findtext(f"{ATOM}title") or "" for entry in tree.iter(f"{ATOM}entry")]
