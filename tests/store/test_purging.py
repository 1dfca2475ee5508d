"""When a CDN is told of a change: never before what it fetches in its place is new."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from syndicate.actions.purge import Stale, purge
from syndicate.app.followers import Purging
from tests.papers import put
from tests.store.conftest import OpenPaper


class Edge:
    """A CDN that remembers what it was told to drop."""

    def __init__(self) -> None:
        self.dropped: list[str] = []

    async def purge(self, stale: Stale) -> str | None:
        self.dropped += stale.keys
        return None


async def test_a_cdn_is_told_when_every_process_that_shares_the_store_has_heard(open_paper: OpenPaper) -> None:
    service, edge = await open_paper(), Edge()
    await purge(service.office, edge)
    following = Purging(service.office, edge, None, heard=timedelta(seconds=1))
    await put(service)
    step = asyncio.create_task(following.step())
    await asyncio.sleep(0.5)
    # One process has heard of what it wrote itself.
    assert ("feed-harbour" in edge.dropped) is not service.store.shared
    await put(service, id="tag:harbour.example,2026:later", categories=["World"], title="Came meanwhile")
    await step
    assert "feed-harbour" in edge.dropped
    while await following.step():
        pass
    assert "article-came-meanwhile" in edge.dropped
