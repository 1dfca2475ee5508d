"""Read what an import names: files, folders of files, addresses."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

from syndicate.net.client import Client
from syndicate.net.exchange import Failure

SUFFIXES = frozenset({".json", ".ndjson", ".jsonl", ".xml", ".rss", ".atom"})
MAX_FETCHED_BYTES = 64 * 1024**2
_ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/json;q=0.9, "
    "application/xml;q=0.8, text/xml;q=0.8, */*;q=0.5"
)


@dataclass(frozen=True)
class Document:
    """Bytes to import: `name` is their address (after redirects) or path."""

    name: str
    data: bytes
    content_type: str | None = None


@dataclass(frozen=True)
class Unreadable:
    """A source of which nothing could be read, and why."""

    source: str
    reason: str


async def read_source(source: str, client: Client) -> tuple[Document | Unreadable, ...]:
    """Read a file, the documents of a folder (SUFFIXES, by name), or what an http or https address answers."""
    if source.lower().startswith(("http://", "https://")):
        return (await _fetch(source, client),)
    return await asyncio.to_thread(_read_path, Path(source))


async def _fetch(url: str, client: Client) -> Document | Unreadable:
    limit = MAX_FETCHED_BYTES
    found = await client.get(url, headers={"Accept": _ACCEPT}, max_wire_bytes=limit, max_inflated_bytes=limit)
    if isinstance(found, Failure):
        return Unreadable(url, found.detail)
    if found.status != 200:
        return Unreadable(url, f"the server answered {found.status}")
    return Document(found.url, found.body, found.headers.get("Content-Type"))


def _read_path(path: Path) -> tuple[Document | Unreadable, ...]:
    if not path.is_dir():
        return (_read_file(path),)
    files = sorted(each for each in path.iterdir() if each.suffix.lower() in SUFFIXES and each.is_file())
    if not files:
        return (Unreadable(str(path), f"the folder has no {', '.join(sorted(SUFFIXES))} files"),)
    return tuple(_read_file(file) for file in files)


def _read_file(path: Path) -> Document | Unreadable:
    try:
        return Document(str(path), path.read_bytes())
    except OSError as error:
        return Unreadable(str(path), error.strerror or "cannot be read")
