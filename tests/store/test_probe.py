"""A test of a partner comes to an end, whatever the partner does."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

from syndicate.actions.probe import probe
from syndicate.connectors.contract import Outcome, Preview, Sending
from syndicate.connectors.suite.copy import refused
from tests.papers import a_paper

FOLDER = '[partners.gazette]\nconnector = "folder"\npath = "inbox"\n'


class Hanging:
    """A connector of a folder whose mount does not answer."""

    bounded = False
    gathers = False

    async def send(self, sending: Sending) -> Outcome:
        raise NotImplementedError

    async def test(self, *, delivery_id: str, at: datetime) -> Outcome:
        await asyncio.Event().wait()
        raise AssertionError

    def preview(self, sending: Sending) -> Preview:
        raise NotImplementedError

    async def aclose(self) -> None:
        """Hold nothing."""


async def test_a_partner_that_never_answers_is_told_after_a_while(tmp_path: Path) -> None:
    async with a_paper(tmp_path, FOLDER) as service:
        await service.connections.replace(service.loaded, {"gazette": Hanging()})
        async with asyncio.timeout(5):
            found = await probe(service.office, service.connections, "gazette", longest=timedelta(seconds=0.1))
    assert refused(found.outcome).reason == "it took longer than a test may"
