"""Connectors are replaced while something goes through them: that ends as it would have, and then they close."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest

from syndicate.app.connections import Tended
from syndicate.connectors.contract import Accepted, Outcome, Preview, Sending
from syndicate.connectors.suite.sendings import a_sending
from syndicate.errors import SyndicateError
from tests.builders import NOON
from tests.papers import a_paper


@dataclass
class Slow:
    """A connector whose sendings end when they are let go."""

    let_go: asyncio.Event = field(default_factory=asyncio.Event)
    closed: int = 0
    bounded: bool = False
    gathers: bool = True

    async def send(self, sending: Sending) -> Outcome:
        await self.let_go.wait()
        return Accepted(answer="closed" if self.closed else "open")

    async def test(self, *, delivery_id: str, at: datetime) -> Outcome:
        await self.let_go.wait()
        return Accepted(answer="closed" if self.closed else "open")

    def preview(self, sending: Sending) -> Preview:
        return Preview("PUT", sending.slug, {}, b"")

    async def aclose(self) -> None:
        self.closed += 1


class Stuck(Slow):
    async def aclose(self) -> None:
        raise SyndicateError("it does not close")


@pytest.mark.parametrize("what", ["a sending", "a test"])
async def test_what_is_under_way_ends_before_its_connector_closes(what: str) -> None:
    slow = Slow()
    tended = Tended(slow, "gazette")
    calls = [tended.send(a_sending()) if what == "a sending" else tended.test(delivery_id="x", at=NOON) for _ in "ab"]
    tasks = [asyncio.create_task(call) for call in calls]
    await asyncio.sleep(0)
    await tended.aclose()
    assert slow.closed == 0
    slow.let_go.set()
    assert await asyncio.gather(*tasks) == [Accepted(answer="open")] * 2
    assert slow.closed == 1


async def test_a_sending_that_is_cut_off_closes_the_connector_that_it_kept_open() -> None:
    slow = Slow()
    tended = Tended(slow, "gazette")
    task = asyncio.create_task(tended.send(a_sending()))
    await asyncio.sleep(0)
    await tended.aclose()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert slow.closed == 1


async def test_a_connector_through_which_nothing_goes_closes_at_once() -> None:
    slow = Slow()
    await Tended(slow, "gazette").aclose()
    assert slow.closed == 1


async def test_a_connector_that_does_not_close_keeps_no_configuration_from_taking(tmp_path: Path) -> None:
    async with a_paper(tmp_path) as paper:
        await paper.connections.replace(paper.loaded, {"gazette": Tended(Stuck(), "gazette")})
        await paper.use(paper.loaded)
        assert paper.connections.connector("gazette") is None


def test_a_connector_that_is_tended_says_of_itself_what_it_said() -> None:
    tended = Tended(Slow(), "gazette")
    assert (tended.bounded, tended.gathers) == (False, True)
    assert tended.preview(a_sending(slug="ferry")).url == "ferry"
