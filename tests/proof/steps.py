"""A paper and its partners' sites in one process: tests move the clock and step the deliveries themselves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from syndicate.actions.accept import Receipt
from syndicate.actions.claim import Room, claim
from syndicate.actions.listings import list_copies
from syndicate.actions.record import record
from syndicate.actions.release import keep_time
from syndicate.actions.retract import restore, retract
from syndicate.actions.send import send
from syndicate.app.service import Service
from syndicate.clock import FixedClock
from syndicate.model.delivery import Copy, Delivery
from syndicate.store import deliveries
from tests.builders import NOON
from tests.papers import SECRET, a_paper, put
from tests.proof.receivers import Arrival, Behaviour, Sites, sites

# Stretches every delay by exactly one.
JITTER = 0.5
PLENTY = Room(normal=100, retractions=100, in_flight=0)


@dataclass
class Behaviours:
    """How each partner's site behaves now; one that is not named is well."""

    of: dict[str, Behaviour] = field(default_factory=dict)

    def __call__(self, partner: str) -> Behaviour:
        return self.of.get(partner, Behaviour.OK)


@dataclass
class Desk:
    """One paper with its partners. Times are those of `clock`."""

    service: Service
    clock: FixedClock
    sites: Sites
    behave: Behaviours

    async def put(self, **record: Any) -> Receipt:
        return await put(self.service, **record)

    async def retract(self, name: str, note: str | None = None) -> Receipt:
        return await retract(self.service.office, name, reason="it was wrong", public_note=note, actor="test")

    async def restore(self, name: str) -> Receipt:
        return await restore(self.service.office, name, actor="test")

    async def step(self) -> list[Arrival]:
        """Claim what is due, send it, record what came of it; returns what arrived."""
        before = len(self.sites.arrivals)
        office = self.service.office
        parcels = await claim(office, dict.fromkeys(self.service.connections.partners(), PLENTY))
        sends = (send(office, self.service.connections, parcel, jitter=JITTER) for parcel in parcels)
        attempted = await asyncio.gather(*sends)
        await record(office, [each for each in attempted if each is not None])
        return self.sites.arrivals[before:]

    @asynccontextmanager
    async def under_way(self) -> AsyncIterator[None]:
        """Run the block while sites that answer late have what is due and have not answered."""
        before = len(self.sites.begun)
        step = asyncio.create_task(self.step())
        await until(lambda: len(self.sites.begun) > before)
        try:
            yield
        finally:
            self.sites.released.set()
            await step

    async def steps_until(self, at: datetime, *, every: timedelta = timedelta(seconds=30)) -> list[Arrival]:
        """Let time pass, stepping on the way; returns what arrived."""
        before = len(self.sites.arrivals)
        while self.clock.now() < at:
            self.clock.advance(min(every, at - self.clock.now()))
            await keep_time(self.service.office)
            await self.step()
        return self.sites.arrivals[before:]

    async def deliveries(self, partner: str) -> list[Delivery]:
        """Return every delivery to a partner, oldest first."""
        read = self.service.store.read
        found = await read(deliveries.listing, partner=partner, state=None, before=None, limit=1000)
        return sorted(found, key=lambda each: (each.created_at, each.seq))

    async def copy(self, partner: str) -> Copy:
        """Return the only copy that a partner has."""
        [copy] = await list_copies(self.service.office, article=None, partner=partner, limit=2)
        return copy


def partner_sections(receiving: Sites, partners: Mapping[str, str]) -> str:
    """Return sections of config.toml for partners, each with options of its own; `[…]` begins a table below it."""
    return "".join(
        f'[partners.{name}]\nurl = "{receiving.url(name)}"\nsigning_secret = "env:PARTNER_SECRET"\n'
        + options.replace("[select]", f"[partners.{name}.select]")
        + "\n"
        for name, options in partners.items()
    )


@asynccontextmanager
async def a_desk(folder: Path, partners: Mapping[str, str], *, at: datetime = NOON) -> AsyncIterator[Desk]:
    """Open a paper whose clock stands at `at`, with a site for each partner."""
    behave, clock = Behaviours(), FixedClock(at)
    async with (
        sites(SECRET, behave) as receiving,
        a_paper(folder, partner_sections(receiving, partners), clock=clock) as service,
    ):
        yield Desk(service, clock, receiving, behave)


async def until(wanted: Callable[[], Any], *, seconds: float = 10) -> None:
    """Wait until something becomes true."""
    async with asyncio.timeout(seconds):
        while not wanted():
            await asyncio.sleep(0.01)
