"""Archives and deltas as they are served: built on demand, once for all who wait, in a cache of their own."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from syndicate.actions.archives import ARCHIVE_SIZE, Archive
from syndicate.actions.editions import Edition, Editions, make_edition
from syndicate.actions.history import Chapter, archive, delta
from syndicate.actions.office import Office
from syndicate.errors import FeedNotFoundError

MAX_CACHE_BYTES = 64 * 2**20
# What an entry of the cache costs beside its bytes.
_ENTRY_BYTES = 1024
_TRIES = 3

# Feed, format, and the name of an archive or the seq of a base.
Key = tuple[str, str, str | int]


@dataclass(frozen=True)
class Kept:
    """A document of a feed's history as of a seq of that feed; None where there is none to be had."""

    edition: Edition | None
    as_of: int

    @property
    def cached_bytes(self) -> int:
        return _ENTRY_BYTES + (self.edition.cached_bytes if self.edition else 0)


class Chapters:
    """The archives and deltas this process serves; a crawler of the past pushes no edition out of its own cache."""

    def __init__(
        self,
        office: Office,
        editions: Editions,
        *,
        archive_size: int = ARCHIVE_SIZE,
        max_cache_bytes: int = MAX_CACHE_BYTES,
    ) -> None:
        self._office, self._editions, self._archive_size = office, editions, archive_size
        self._max_cache_bytes, self._cached_bytes = max_cache_bytes, 0
        self._cache: OrderedDict[Key, Kept] = OrderedDict()
        self._flights: dict[Key, asyncio.Task[None]] = {}

    def __len__(self) -> int:
        return len(self._cache)

    def require_name(self, name: str) -> None:
        """Refuse what can be no archive's name. Raises ArchiveNotFoundError."""
        Archive.named(name, size=self._archive_size)

    async def archive(self, key: str, name: str, format_name: str) -> Edition:
        """Return an archive as its articles stand now. Raises FeedNotFoundError, ArchiveNotFoundError."""
        kept = await self._get((key, format_name, name), lambda: self._archive(key, name, format_name))
        assert kept.edition is not None
        return kept.edition

    async def delta(self, key: str, format_name: str, since: int) -> tuple[Edition, Edition] | None:
        """Return the newest edition, and what changed up to it since that of seq `since`.

        None where only the whole will do. Raises FeedNotFoundError.
        """
        for _ in range(_TRIES):
            whole = await self._editions.get(key, format_name)
            if since >= whole.seq:
                return None
            kept = await self._get((key, format_name, since), lambda: self._delta(key, format_name, since))
            if kept.as_of == whole.seq:
                return (whole, kept.edition) if kept.edition else None
            # The feed went on meanwhile, here or in another process.
            self._editions.learn(key, kept.as_of)
        return None

    async def _archive(self, key: str, name: str, format_name: str) -> Kept:
        chapter = await self._office.store.read(archive, key, name, size=self._archive_size)
        return await self._rendered(chapter, format_name)

    async def _delta(self, key: str, format_name: str, since: int) -> Kept:
        # Read first: what cannot be said as of this seq may not be known to be newer.
        as_of = self._editions.heads[key]
        chapter = await self._office.store.read(delta, key, since, size=self._archive_size)
        return Kept(None, as_of) if chapter is None else await self._rendered(chapter, format_name)

    async def _rendered(self, chapter: Chapter, format_name: str) -> Kept:
        edition = await asyncio.to_thread(make_edition, chapter.shown, format_name)
        # Its links may change when nothing in it does, so that only the feed's own date is always late enough.
        return Kept(edition.dated(chapter.head.changed_at), chapter.head.seq)

    async def _get(self, key: Key, make: Callable[[], Awaitable[Kept]]) -> Kept:
        while (kept := self._ready(key)) is None:
            if (flight := self._flights.get(key)) is None:
                flight = self._flights[key] = asyncio.create_task(self._build(key, make), name=f"build {key}")
            # A reader that hangs up must not end the build the others wait for.
            await asyncio.shield(flight)
        return kept

    def _ready(self, key: Key) -> Kept | None:
        head = self._editions.heads.get(key[0])
        if head is None:
            raise FeedNotFoundError(key[0])
        kept = self._cache.get(key)
        if kept is None or kept.as_of < head:
            return None
        self._cache.move_to_end(key)
        return kept

    async def _build(self, key: Key, make: Callable[[], Awaitable[Kept]]) -> None:
        try:
            kept = await make()
        finally:
            del self._flights[key]
        if (old := self._cache.pop(key, None)) is not None:
            self._cached_bytes -= old.cached_bytes
        self._cache[key] = kept
        self._cached_bytes += kept.cached_bytes
        while self._cached_bytes > self._max_cache_bytes and len(self._cache) > 1:
            _, dropped = self._cache.popitem(last=False)
            self._cached_bytes -= dropped.cached_bytes
