"""A paper whose partner's WordPress is reached through a network that is cut at every step once."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from syndicate.actions.claim import Parcel, Room, claim
from syndicate.actions.leases import next_due, recover
from syndicate.actions.record import record
from syndicate.actions.send import send
from syndicate.app.service import Service
from syndicate.clock import FixedClock
from tests.builders import NOON
from tests.faults.proxy import Fault, Proxy, a_proxy
from tests.papers import a_paper
from tests.wordpress.site import WordPress

PARTNER = """
[partners.gazette]
connector = "wordpress"
url = "http://127.0.0.1:{port}/"
user = "{user}"
password = "env:GAZETTE_PASSWORD"
"""
# Stretches every delay by exactly one.
JITTER = 0.5
PLENTY = Room(normal=10, retractions=10, in_flight=0)
MAX_ATTEMPTS = 150
PATIENCE_SECONDS = 20.0


@dataclass
class EveryStepOnce:
    """Cuts each request of a phase the first time it is made; `begin` starts the next phase.

    With `kills`, our own process ends there too: `sending` is what it was at.
    """

    fault: Fault | None
    kills: bool = False
    sending: asyncio.Task[None] | None = None
    cut: int = 0
    seen: set[bytes] = field(default_factory=set)

    def begin(self) -> None:
        self.seen.clear()

    def __call__(self, data: bytes) -> Fault | None:
        step = _step(data)
        if step in self.seen:
            return None
        self.seen.add(step)
        self.cut += 1
        if self.kills and self.sending is not None:
            self.sending.cancel()
        return self.fault


def _step(data: bytes) -> bytes:
    """Return what makes a request another step than those before: its line without the time, and the picture in it."""
    picture = re.search(rb'filename="([^"]*)"', data)
    return re.sub(rb"&_=\d+", b"", data.partition(b"\r\n")[0]) + (picture[1] if picture else b"")


@dataclass
class Desk:
    """Steps the deliveries of a paper until there is nothing left to do; the clock is moved, not waited for."""

    service: Service
    clock: FixedClock
    proxy: Proxy
    cuts: EveryStepOnce

    async def deliver(self) -> int:
        """Send until all is taken; returns how many attempts it took. Each phase is cut at its own steps."""
        self.cuts.begin()
        attempts = 0
        while (due := await next_due(self.service.office)) is not None:
            assert attempts < MAX_ATTEMPTS, "it goes on for ever"
            # What is due already waits for the circuit, which five failures in a row have opened.
            self.clock.advance(max(due - self.clock.now(), timedelta(seconds=1)))
            attempts += await self.try_once()
        return attempts

    async def try_once(self) -> int:
        """Make an attempt at whatever is due; returns how many there were."""
        parcels = await claim(self.service.office, {"gazette": PLENTY})
        for parcel in parcels:
            self.cuts.sending = asyncio.create_task(self._send(parcel))
            await asyncio.wait([self.cuts.sending])
            if self.cuts.sending.cancelled():
                # The next process finds what the one that is gone had claimed.
                await recover(self.service.office, alone=True)
            else:
                self.cuts.sending.result()
        await self._quiet()
        return len(parcels)

    async def _send(self, parcel: Parcel) -> None:
        attempted = await send(self.service.office, self.service.connections, parcel, jitter=JITTER)
        await record(self.service.office, [attempted] if attempted is not None else [])

    async def _quiet(self) -> None:
        """Between two attempts lies a minute: whatever the server was cut off from, it has finished."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while self.proxy.abandoned:
                await asyncio.sleep(0.02)


@asynccontextmanager
async def a_desk(
    folder: Path,
    site: WordPress,
    fault: Fault | None,
    *,
    kills: bool = False,
    options: str = "",
    now: datetime = NOON,
) -> AsyncIterator[Desk]:
    clock, cuts = FixedClock(now), EveryStepOnce(fault, kills)
    async with a_proxy(site.port) as proxy:
        proxy.choose = cuts
        section = PARTNER.format(port=proxy.port, user=site.user) + options
        environ = {"GAZETTE_PASSWORD": site.password}
        async with a_paper(folder, section, clock=clock, environ=environ) as service:
            yield Desk(service, clock, proxy, cuts)
