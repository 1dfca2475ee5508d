"""Editions: one feed in one format, built on demand, once for all who wait, never older than what was answered."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import format_datetime

import brotli

from syndicate.actions.archives import ARCHIVE_SIZE
from syndicate.actions.build import Snapshot, snapshot
from syndicate.actions.office import Office
from syndicate.actions.served import DIGEST_IN_TAG, ServedEditions
from syndicate.errors import FeedNotFoundError
from syndicate.model.entry import FeedContent
from syndicate.render.feeds import FORMATS, render, tells_of_withdrawals
from syndicate.store import memberships
from syndicate.store.offers import Carried
from syndicate.store.tx import Effects

MAX_CACHE_BYTES = 256 * 2**20
BROTLI_QUALITY = 5


@dataclass(frozen=True)
class Edition:
    """The bytes of an edition in every coding, under their ETags; `seq` is that of the feed's last change."""

    seq: int
    media_type: str
    changed_at: datetime
    last_modified: str
    bodies: dict[str, bytes]
    etags: dict[str, str]
    digest: str
    """The SHA-256 of the body before any coding, in hexadecimal."""
    carries: tuple[Carried, ...] = ()
    """What a polled partner that fetches it holds from then on."""

    @property
    def cached_bytes(self) -> int:
        return sum(len(body) for body in self.bodies.values())

    def dated(self, changed_at: datetime) -> Edition:
        """Return the same bytes as of a later change."""
        return replace(self, changed_at=changed_at, last_modified=_http_date(changed_at))


def make_edition(shown: Snapshot, format_name: str) -> Edition:
    """Render and compress an edition; equal snapshots give equal editions."""
    body = render(shown.content, format_name)
    bodies = {
        "identity": body,
        "gzip": gzip.compress(body, 6, mtime=0),
        "br": brotli.compress(body, quality=BROTLI_QUALITY),
    }
    digest = hashlib.sha256(body).hexdigest()
    tag = f"{shown.seq}-{digest[:DIGEST_IN_TAG]}"
    tags = {
        "identity": f'"{tag}"',
        "gzip": f'"{tag}-gzip"',
        "br": f'"{tag}-br"',
    }
    changed_at = shown.content.changed_at
    last_modified = _http_date(changed_at)
    media_type, carries = FORMATS[format_name].media_type, _carries(shown, format_name)
    return Edition(shown.seq, media_type, changed_at, last_modified, bodies, tags, digest, carries)


def _http_date(instant: datetime) -> str:
    return format_datetime(instant.replace(microsecond=0), usegmt=True)


def _carries(shown: Snapshot, format_name: str) -> tuple[Carried, ...]:
    told = tells_of_withdrawals(shown.content, format_name)
    return tuple(each for each in shown.carries if told or not each.gone)


# Renders a snapshot in a format.
Maker = Callable[[Snapshot, str], Edition]


class Editions:
    """The editions this process serves; bounded in bytes."""

    def __init__(
        self,
        office: Office,
        *,
        make: Maker = make_edition,
        max_cache_bytes: int = MAX_CACHE_BYTES,
        archive_size: int = ARCHIVE_SIZE,
    ) -> None:
        self._office = office
        self._archive_size = archive_size
        self._make = make
        self._max_cache_bytes = max_cache_bytes
        self._cached_bytes = 0
        self._heads: dict[str, int] = {}
        self._listeners: list[Callable[[Collection[str]], None]] = []
        self._cache: OrderedDict[tuple[str, str], Edition] = OrderedDict()
        self._flights: dict[tuple[str, str], asyncio.Task[Edition]] = {}
        self.served = ServedEditions(office)

    async def start(self) -> None:
        """Learn where every feed stands, and follow its changes from here on."""
        self._office.store.listen(self._follow)
        heads = await self._office.store.read(memberships.heads)
        self._heads = {slug: head.seq for slug, head in heads.items()} | self._heads

    async def catch_up(self) -> None:
        """Learn what other processes changed."""
        heads = await self._office.store.read(memberships.heads)
        for slug, head in heads.items():
            self.learn(slug, head.seq)

    def learn(self, slug: str, seq: int) -> None:
        """Hear that another process took a feed to `seq`."""
        if seq > self._heads.get(slug, 0):
            self._heads[slug] = seq
            self._tell((slug,))

    def listen(self, listener: Callable[[Collection[str]], None]) -> None:
        """Tell `listener` of feeds that changed, in this process or another."""
        self._listeners.append(listener)

    def _tell(self, moved: Collection[str]) -> None:
        for listener in self._listeners:
            listener(moved)

    def _follow(self, effects: Effects) -> None:
        self._heads.update(effects.feeds)
        self._tell(effects.feeds)
        if effects.generation is not None:
            # A feed that is declared no more must not be served from memory.
            self._cache.clear()
            self._cached_bytes = 0

    @property
    def heads(self) -> Mapping[str, int]:
        """The seq of every feed's last change."""
        return self._heads

    def ready(self, slug: str, format_name: str) -> Edition | None:
        """Return the newest edition if it is at hand."""
        edition = self._cache.get((slug, format_name))
        return edition if edition is not None and edition.seq >= self._heads[slug] else None

    async def get(self, slug: str, format_name: str) -> Edition:
        """Return the newest edition, building it where needed. Raises FeedNotFoundError."""
        if slug not in self._heads:
            raise FeedNotFoundError(slug)
        while (edition := self.ready(slug, format_name)) is None:
            key = (slug, format_name)
            if (flight := self._flights.get(key)) is None:
                flight = self._flights[key] = asyncio.create_task(self._build(slug, format_name), name=f"build {slug}")
            # A reader that hangs up must not end the build the others wait for.
            await asyncio.shield(flight)
        self.served.note(slug, format_name, edition.digest, seq=edition.seq)
        return edition

    async def content(self, slug: str) -> FeedContent:
        """Return what a feed shows now. Raises FeedNotFoundError."""
        return (await self._office.store.read(snapshot, slug)).content

    async def _build(self, slug: str, format_name: str) -> Edition:
        key = (slug, format_name)
        try:
            shown = await self._office.store.read(snapshot, slug, archive_size=self._archive_size)
            edition = await asyncio.to_thread(self._make, shown, format_name)
        finally:
            del self._flights[key]
        self._keep(key, edition)
        return edition

    def _keep(self, key: tuple[str, str], edition: Edition) -> None:
        if (old := self._cache.pop(key, None)) is not None:
            self._cached_bytes -= old.cached_bytes
        self._cache[key] = edition
        self._cached_bytes += edition.cached_bytes
        while self._cached_bytes > self._max_cache_bytes and len(self._cache) > 1:
            _, dropped = self._cache.popitem(last=False)
            self._cached_bytes -= dropped.cached_bytes
