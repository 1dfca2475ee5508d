"""Pictures for partners that take files: ours from where they are kept, others fetched once they are asked for."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable

from syndicate.actions.pictures import PictureStorage
from syndicate.connectors.means import NoPicture, PictureFile
from syndicate.errors import SyndicateError
from syndicate.media.probe import probe
from syndicate.net.client import Client
from syndicate.net.exchange import Failure, FailureKind

# The source says that there is none, or not for us.
_GONE = frozenset({401, 403, 404, 410, 451})


class PictureFiles:
    """Get the pictures of records. `root` is our own base address, without a slash; `max_bytes` bounds each."""

    def __init__(self, storage: PictureStorage, client: Client, root: Callable[[], str], *, max_bytes: int) -> None:
        self._storage = storage
        self._client = client
        self._root = root
        self._max_bytes = max_bytes

    async def fetch(self, url: str) -> PictureFile | NoPicture:
        data = await self._bytes(url)
        return data if isinstance(data, NoPicture) else await asyncio.to_thread(_examined, url, data)

    async def _bytes(self, url: str) -> bytes | NoPicture:
        ours = f"{self._root()}/media/"
        if url.startswith(ours):
            return await self._kept(url, url.removeprefix(ours))
        limit = self._max_bytes
        found = await self._client.get(url, headers={}, max_wire_bytes=limit, max_inflated_bytes=limit)
        if isinstance(found, Failure):
            permanent = found.kind in (FailureKind.BLOCKED, FailureKind.TOO_LARGE)
            return NoPicture(url, found.detail, permanent=permanent)
        if found.status != 200:
            return NoPicture(url, f"its server answered {found.status}", permanent=found.status in _GONE)
        return found.body

    async def _kept(self, url: str, name: str) -> bytes | NoPicture:
        try:
            kept = await asyncio.to_thread(self._storage.get, name)
        except OSError as error:
            return NoPicture(url, f"it cannot be read here: {error.strerror}")
        return kept or NoPicture(url, "we do not have it any more", permanent=True)


def _examined(url: str, data: bytes) -> PictureFile | NoPicture:
    try:
        probed = probe(data)
    except SyndicateError as error:
        return NoPicture(url, error.message, permanent=True)
    digest = hashlib.sha256(data).hexdigest()
    return PictureFile(url, data, probed.type, probed.suffix, probed.width, probed.height, digest)
