"""One story through the whole service to Apple News, an AtomPub server and Mastodon: put, corrected, retracted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from syndicate.actions.listings import list_deliveries
from syndicate.actions.retract import retract
from syndicate.app.service import Service
from syndicate.clock import FixedClock
from tests.builders import NOON
from tests.connectors.apple import CHANNEL, KEY, SECRET, Channel
from tests.connectors.atom_server import PASSWORD, AtomServer
from tests.connectors.fediverse import TOKEN, Instance
from tests.connectors.scripted import ScriptedSite
from tests.papers import a_paper, put

ENVIRON = {"APPLE_SECRET": SECRET, "ATOM_PASSWORD": PASSWORD, "MASTODON_TOKEN": TOKEN}
SECTIONS = """
[partners.apple]
connector = "apple-news"
channel_id = "{channel}"
key_id = "{key}"
secret = "env:APPLE_SECRET"
endpoint = "{apple}"
[partners.courier]
connector = "atompub"
service = "{atom}/service"
user = "harbour"
password = "env:ATOM_PASSWORD"
[partners.fediverse]
connector = "mastodon"
url = "{mastodon}"
token = "env:MASTODON_TOKEN"
"""


@asynccontextmanager
async def a_paper_with(folder: Path, sites: tuple[ScriptedSite, ...]) -> AsyncIterator[Service]:
    """Run a paper's dispatcher beside its partners."""
    async with AsyncExitStack() as stack:
        for site in sites:
            await stack.enter_async_context(site.running())
        apple, atom, mastodon = (site.root for site in sites)
        sections = SECTIONS.format(channel=CHANNEL, key=KEY, apple=apple, atom=atom, mastodon=mastodon)
        paper = a_paper(folder, sections, clock=FixedClock(NOON), environ=ENVIRON)
        service = await stack.enter_async_context(paper)
        running = asyncio.create_task(service.dispatcher.run(alone=True))
        try:
            yield service
        finally:
            service.dispatcher.stop()
            await running


async def settled(service: Service) -> None:
    async def open_deliveries() -> int:
        found = await list_deliveries(service.office, partner=None, state=None, before=None, limit=100)
        return sum(each.state.value in ("waiting", "sending") for each in found)

    async with asyncio.timeout(20):
        while await open_deliveries():
            service.dispatcher.wake()
            await asyncio.sleep(0.05)


async def test_a_story_is_put_corrected_and_retracted_everywhere(tmp_path: Path) -> None:
    sites = (Channel(), AtomServer(), Instance())

    async def shown() -> list[list[str]]:
        return [list(await site.shown()) for site in sites]

    async with a_paper_with(tmp_path, sites) as service:
        await put(service, title="New ferry sails at nine", body_html="<p>At nine.</p>")
        await settled(service)
        assert await shown() == [["New ferry sails at nine"]] * 3
        await put(service, title="New ferry sails at ten", body_html="<p>At ten.</p>", correction="It left at ten.")
        await settled(service)
        assert await shown() == [["New ferry sails at ten"]] * 3
        await retract(service.office, "tag:harbour.example,2026:ferry", reason="legal", public_note="W.", actor="test")
        await settled(service)
        assert await shown() == [[]] * 3
