"""What a connector has done so far outlives the attempt, and only the attempt that holds the lease may say so."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from syndicate.actions.claim import LEASE, Room, claim
from syndicate.actions.leases import recover
from syndicate.actions.progress import Progress
from syndicate.connectors.contract import Accepted, Outcome, Refused, Sending
from syndicate.errors import LeaseLostError
from tests.proof.steps import Desk, a_desk
from tests.proof.test_dispatcher import Handmade, dispatching, until_states


@dataclass
class StepByStep:
    """A connector that keeps each step, and ends its first attempt as `fails` does."""

    fails: Callable[[], Outcome]
    bounded: bool = True
    gathers: bool = False
    seen: list[dict[str, Any]] = field(default_factory=list)

    async def send(self, sending: Sending) -> Outcome:
        self.seen.append(dict(sending.remote))
        if sending.remote:
            return Accepted(remote={**sending.remote, "post": 7})
        await sending.keep({"pictures": [1]})
        await sending.keep({"pictures": [1, 2]})
        return self.fails()


@pytest.fixture
async def desk(tmp_path: Any) -> AsyncIterator[Desk]:
    async with a_desk(tmp_path, {"gazette": 'rate = "100/s"'}) as opened:
        yield opened


def crash() -> Outcome:
    raise RuntimeError("a bug")


def refuse() -> Outcome:
    return Refused("come back", progressed=True)


@pytest.mark.parametrize("fails", [crash, refuse])
async def test_the_next_attempt_goes_on_where_the_last_one_stopped(desk: Desk, fails: Callable[[], Outcome]) -> None:
    steps = StepByStep(fails)
    async with dispatching(desk, connections=Handmade(desk, {"gazette": steps})) as dispatcher:
        await desk.put()
        async with asyncio.timeout(10):
            while len(steps.seen) < 2:
                desk.clock.advance(timedelta(minutes=1))
                dispatcher.wake()
                await asyncio.sleep(0.05)
        await until_states(desk, "delivered")
    assert steps.seen == [{}, {"pictures": [1, 2]}]
    copy = await desk.copy("gazette")
    assert copy.remote == {"pictures": [1, 2], "post": 7}


async def test_who_lost_the_lease_may_write_nothing_down(desk: Desk) -> None:
    office = desk.service.office
    await desk.put()
    (parcel,) = await claim(office, {"gazette": Room(normal=1, retractions=1, in_flight=0)})
    desk.clock.advance(LEASE + timedelta(seconds=1))
    await recover(office, alone=False)
    with pytest.raises(LeaseLostError):
        await Progress(office, parcel).keep({"pictures": [1]})
    assert (await desk.copy("gazette")).remote == {}
