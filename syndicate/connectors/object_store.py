"""An object store that holds a static copy: whole objects with their headers, written through the guarded client."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from syndicate.errors import UnreachableError
from syndicate.net.client import Client
from syndicate.net.exchange import Answer, Failure, Fetched
from syndicate.policy.s3_signing import Credentials, quoted_path, signed

# What an object is served with; other headers are the server's in front of it to add.
_KEPT = ("Content-Type", "Content-Encoding", "Cache-Control")
_TAGS = ("surrogate-key", "cache-tag", "edge-cache-tag")


@dataclass(frozen=True)
class Bucket:
    """Where objects go: `endpoint` is the store's address, to which bucket and prefix are added as a path."""

    endpoint: str
    name: str
    prefix: str
    keys: Credentials


class ObjectStore:
    """Keep objects below a bucket's prefix."""

    def __init__(self, bucket: Bucket, client: Client, clock: Callable[[], datetime]) -> None:
        self._bucket = bucket
        self._client = client
        self._clock = clock

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """Objects cannot be locked: whoever publishes sees to it that it is alone."""
        yield

    async def read(self, path: str) -> bytes | None:
        """Return an object's bytes. Raises UnreachableError."""
        url, headers = self._signed("GET", path, {}, b"")
        found = await self._client.get(url, headers=headers, redirects=0)
        if isinstance(found, Fetched) and found.status == 200:
            return found.body
        self._judge(found, "read", fine=(404,))
        return None

    async def put(self, path: str, body: bytes, headers: Mapping[str, str], *, changed_at: datetime) -> None:
        """Replace an object whole. Raises UnreachableError."""
        kept = {name: headers[name] for name in _KEPT if name in headers}
        kept |= {f"x-amz-meta-{name.lower()}": text for name, text in headers.items() if name.lower() in _TAGS}
        url, signed_headers = self._signed("PUT", path, kept, body)
        self._judge(
            await self._client.send("PUT", url, body=body, headers=signed_headers), "write", fine=(200, 201, 204)
        )

    async def remove(self, path: str) -> None:
        """Remove an object; one that is not there is no error. Raises UnreachableError."""
        url, headers = self._signed("DELETE", path, {}, b"")
        result = await self._client.send("DELETE", url, body=None, headers=headers)
        self._judge(result, "remove", fine=(200, 202, 204, 404))

    def _signed(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> tuple[str, dict[str, str]]:
        bucket = self._bucket
        parts, where = urlsplit(bucket.endpoint), quoted_path(bucket.name, bucket.prefix, path)
        where = parts.path.rstrip("/") + where
        made = signed(method, parts.netloc, where, headers, body, bucket.keys, at=self._clock())
        return f"{parts.scheme}://{parts.netloc}{where}", made

    def _judge(self, result: Answer | Fetched | Failure, what: str, *, fine: tuple[int, ...]) -> None:
        why = result.detail if isinstance(result, Failure) else f"it answered {result.status}"
        if isinstance(result, Failure) or result.status not in fine:
            remedy = "Check [publish]: endpoint, region, keys, and what these may do."
            raise UnreachableError(f"cannot {what} in the bucket {self._bucket.name}: {why}", remedy=remedy)
