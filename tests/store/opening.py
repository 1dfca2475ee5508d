"""Open a store in a test."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from syndicate.store.store import Store, driver_for


@asynccontextmanager
async def open_store(url: str) -> AsyncIterator[Store]:
    """Open the store at `url` until the block ends."""
    store = Store(driver_for(url, root=Path()))
    await asyncio.to_thread(store.open)
    try:
        yield store
    finally:
        await asyncio.to_thread(store.close)
