"""An object store that holds a static copy: whole objects with the headers they are served with."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime

from syndicate.connectors.buckets.bucket import Bucket
from syndicate.connectors.buckets.refusals import FAILURES, refusal_of
from syndicate.errors import UnreachableError

# What an object is served with; other headers are the server's in front of it to add.
_KEPT = ("Content-Type", "Content-Encoding", "Cache-Control")
# These become metadata of the object: `x-amz-meta-surrogate-key`.
_TAGS = ("surrogate-key", "cache-tag", "edge-cache-tag")


class ObjectStore:
    """Keep objects below a bucket's prefix."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """Objects cannot be locked: whoever publishes sees to it that it is alone. Raises UnreachableError."""
        with self._told("reach"):
            await self._bucket.reach()
        yield

    async def read(self, path: str) -> bytes | None:
        """Return an object's bytes. Raises UnreachableError."""
        with self._told("read in"):
            return await self._bucket.read(path)

    async def put(self, path: str, body: bytes, headers: Mapping[str, str], *, changed_at: datetime) -> None:
        """Replace an object whole. Raises UnreachableError."""
        kept = {name: headers[name] for name in _KEPT if name in headers}
        kept |= {name.lower(): text for name, text in headers.items() if name.lower() in _TAGS}
        with self._told("write in"):
            await self._bucket.put(path, body, kept)

    async def remove(self, path: str) -> None:
        """Remove an object; one that is not there is no error. Raises UnreachableError."""
        with self._told("remove from"):
            await self._bucket.remove(path)

    async def aclose(self) -> None:
        """Give back what is held open."""
        await self._bucket.aclose()

    @contextmanager
    def _told(self, what: str) -> Iterator[None]:
        try:
            yield
        except FAILURES as error:
            remedy = "Check [publish]: endpoint, region, keys, and what these may do."
            why = refusal_of(error).reason
            # Unchained: obstore's text holds what the store answered, whatever that is.
            raise UnreachableError(f"cannot {what} {self._bucket.url}: {why}", remedy=remedy) from None
