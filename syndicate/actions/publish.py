"""Keep a static copy of the feeds, whole document by whole document: in a directory, or in an object store."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from syndicate.actions.chapters import Chapters
from syndicate.actions.editions import Edition, Editions
from syndicate.actions.office import Office
from syndicate.model.declarations import Declarations, FeedDeclaration
from syndicate.policy.caching import bounds_of, static_cache_control
from syndicate.render.feeds import FORMATS
from syndicate.render.static_copy import SUFFIXES, Listed, Manifest, Served, read_manifest, write_manifest, write_nginx
from syndicate.store import journal, meta
from syndicate.store.tx import Tx

MANIFEST = "manifest.json"
NGINX = "nginx.conf"
# An archive changes whenever one of its articles does: kept, and asked for anew each time.
ARCHIVE_CACHE_CONTROL = "public, no-cache"


class Target(Protocol):
    """Where a copy is kept. A file is replaced whole, or not at all."""

    def alone(self) -> AbstractAsyncContextManager[None]:
        """Keep other writers out meanwhile, as far as the target can."""

    async def read(self, path: str) -> bytes | None: ...
    async def put(self, path: str, body: bytes, headers: Mapping[str, str], *, changed_at: datetime) -> None: ...
    async def remove(self, path: str) -> None: ...
    async def aclose(self) -> None: ...


@dataclass(frozen=True)
class Source:
    """What is published from: this process's editions, and the headers that file an answer under a CDN's keys."""

    office: Office
    editions: Editions
    chapters: Chapters
    tags: Callable[[FeedDeclaration], Mapping[str, str]]


@dataclass(frozen=True)
class Document:
    """One document, with all that is served with it."""

    path: str
    edition: Edition
    headers: Mapping[str, str]

    def listed(self) -> Listed:
        edition = self.edition
        kept = self.headers["Cache-Control"]
        return Listed(edition.seq, edition.media_type, kept, edition.last_modified, dict(edition.etags))


@dataclass(frozen=True)
class Published:
    """What was done: paths written and removed, and the `seq` that the copy is in step with."""

    as_of: int
    written: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    unchanged: int = 0


@dataclass
class _Work:
    """A copy while it is brought up to date."""

    target: Target
    before: Mapping[str, Listed]
    after: dict[str, Listed] = field(default_factory=dict)
    written: list[str] = field(default_factory=list)

    async def put(self, document: Document) -> None:
        path, listed = document.path, document.listed()
        held = self.before.get(path)
        if held == listed:
            self.after[path] = held
            return
        # What nobody asks for by itself first: who takes a new document finds its twins new.
        for coding in ("br", "gzip", "identity"):
            await self._put_coding(document, coding)
        self.after[path] = listed
        self.written.append(path)

    async def _put_coding(self, document: Document, coding: str) -> None:
        edition = document.edition
        headers = {"Content-Type": edition.media_type, **document.headers}
        if coding != "identity":
            headers["Content-Encoding"] = coding
        path = document.path + SUFFIXES.get(coding, "")
        await self.target.put(path, edition.bodies[coding], headers, changed_at=edition.changed_at)


async def publish(source: Source, target: Target, *, archives: bool) -> Published:
    """Bring a copy in step with the store: what is unchanged is not touched, what is declared no more is removed.

    A copy that is newer, by another process of the same store, is left as it is.
    """
    async with target.alone():
        standing = await source.office.store.read(_standing)
        # Later than that, so that what other processes changed up to it is in the editions.
        await source.editions.catch_up()
        found = read_manifest(await target.read(MANIFEST) or b"")
        if found is not None and found.epoch == standing.epoch and found.as_of > standing.as_of:
            return Published(found.as_of, unchanged=len(found.documents))
        # Another epoch counts anew: after a restore less is newer.
        held = found.documents if found is not None and found.epoch == standing.epoch else {}
        work = _Work(target, held)
        async for document in _documents(source, standing.declarations, archives=archives):
            await work.put(document)
        if not archives:
            work.after |= {path: listed for path, listed in held.items() if _is_archive(path, standing.declarations)}
        removed = await _remove(target, set(found.documents if found else ()) - work.after.keys())
        await _describe(source, target, standing, work.after, found)
        kept = len(work.after) - len(work.written)
        return Published(standing.as_of, tuple(work.written), removed, kept)


@dataclass(frozen=True)
class _Standing:
    """The store before its editions are read: they are no older."""

    epoch: str
    as_of: int
    declarations: Declarations


def _standing(tx: Tx) -> _Standing:
    return _Standing(meta.get(tx, "epoch") or "", journal.last_seq(tx), tx.declarations)


async def _documents(source: Source, declared: Declarations, *, archives: bool) -> AsyncIterator[Document]:
    for feed in declared.feeds:
        headers = headers_of(source, declared, feed)
        for name, kind in FORMATS.items():
            yield Document(f"feeds/{feed.slug}{kind.suffix}", await source.editions.get(feed.slug, name), headers)
    for feed in declared.feeds if archives else ():
        headers = headers_of(source, declared, feed) | {"Cache-Control": ARCHIVE_CACHE_CONTROL}
        async for chapter in _chapters(source, feed):
            for name, kind in FORMATS.items():
                edition = await source.chapters.archive(feed.slug, chapter, name)
                yield Document(f"feeds/{feed.slug}/archive/{chapter}{kind.suffix}", edition, headers)


async def _chapters(source: Source, feed: FeedDeclaration) -> AsyncIterator[str]:
    """Name a feed's archives, as its documents link to them, from the newest to the first."""
    older = (await source.editions.content(feed.slug)).place.older
    if older is None:
        return
    name = older.rpartition("/")[2]
    yield name
    for number in range(int(name.partition("-")[0]) - 1, 0, -1):
        yield str(number)


def headers_of(source: Source, declared: Declarations, feed: FeedDeclaration) -> dict[str, str]:
    """Return the headers of a feed's file, beside its type and its validators."""
    return {
        "Cache-Control": static_cache_control(bounds_of(feed, declared.caching), declared.caching),
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Expose-Headers": "ETag, Last-Modified, Link",
        "X-Content-Type-Options": "nosniff",
        **source.tags(feed),
    }


def _is_archive(path: str, declared: Declarations) -> bool:
    return "/archive/" in path and declared.feed(path.split("/")[1]) is not None


async def _remove(target: Target, paths: set[str]) -> tuple[str, ...]:
    for path in sorted(paths):
        for suffix in ("", *SUFFIXES.values()):
            await target.remove(path + suffix)
    return tuple(sorted(paths))


async def _describe(
    source: Source, target: Target, standing: _Standing, documents: Mapping[str, Listed], found: Manifest | None
) -> None:
    """Write what stands beside the documents, last: it never promises what is not there."""
    declared, now = standing.declarations, source.office.now()
    served = [Served(feed.slug, headers_of(source, declared, feed)) for feed in declared.feeds]
    moved = {old: feed.slug for feed in declared.feeds for old in feed.renamed_from}
    known = {slug for slug in source.editions.heads if ":" not in slug}
    gone = sorted(known - moved.keys() - {feed.slug for feed in declared.feeds})
    nginx = write_nginx(served, moved=moved, gone=gone, root=declared.publisher.root)
    plain = {"Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-cache"}
    if await target.read(NGINX) != nginx:
        await target.put(NGINX, nginx, plain, changed_at=now)
    manifest = Manifest(standing.epoch, standing.as_of, documents)
    if manifest != found:
        body = await asyncio.to_thread(write_manifest, manifest)
        await target.put(MANIFEST, body, plain | {"Content-Type": "application/json"}, changed_at=now)
