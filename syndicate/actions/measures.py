"""What the store can tell of how the service does: backlog and partners' health; and whether it still writes."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from syndicate.actions.claim import BRAKED, HALTED, health_of
from syndicate.actions.office import Office
from syndicate.actions.pollers import Polling, read_pollings
from syndicate.actions.purge import purge_lag
from syndicate.errors import StoreError
from syndicate.model.alerts import AlertKind
from syndicate.model.readers import Audience
from syndicate.policy.health import HealthState
from syndicate.policy.polling import SUBSCRIBED_FOR
from syndicate.store import alerts, backlog, findings, meta, readers
from syndicate.store.backlog import Owed
from syndicate.store.tx import Tx

STOPS = {HALTED: "halt", BRAKED: "brake"}
PROBE = "probe"
PROBE_SECONDS = 2.0
# A check every few seconds is enough, and nobody can make the store busy by asking.
PROBE_AGAIN_AFTER = timedelta(seconds=2)


@dataclass(frozen=True)
class Measures:
    """`owed` for each partner and lane with something unsent; `states` of every declared partner."""

    owed: tuple[Owed, ...]
    states: dict[str, HealthState]
    audiences: Mapping[str, Audience] = field(default_factory=dict)
    """Who reads each feed that is declared, as far as anybody does."""
    pollings: Mapping[str, Polling] = field(default_factory=dict)
    refused: Mapping[str, int] = field(default_factory=dict)
    """How many articles the dialect of each declared feed keeps out."""
    purge_lag: timedelta | None = None
    """For how long the CDN has not been told of a change; None where there is none."""
    alerts: Mapping[AlertKind, int] = field(default_factory=dict)
    """How many alerts of each kind hold."""
    stopped_by: frozenset[str] = frozenset()
    """What holds everything but retractions: `halt`, `brake`."""


async def measure(office: Office) -> Measures:
    """Read the numbers in one snapshot."""
    return await office.store.read(_measure, office.now())


def _measure(tx: Tx, now: datetime) -> Measures:
    states = {partner.name: health_of(tx, partner.name, now=now).state for partner in tx.declarations.partners}
    read_by = readers.audiences(tx, subscribed_since=now - SUBSCRIBED_FOR)
    declared = {feed.slug for feed in tx.declarations.feeds}
    audiences = {feed: audience for feed, audience in read_by.items() if feed in declared}
    kept_out = findings.refused_by_feed(tx)
    refused = {feed: kept_out.get(feed, 0) for feed in sorted(declared)}
    return Measures(
        owed=backlog.owed(tx),
        states=states,
        audiences=audiences,
        pollings=read_pollings(tx, now),
        refused=refused,
        purge_lag=purge_lag(tx, now),
        alerts=Counter(each.kind for each in alerts.remembered(tx) if each.ended_at is None),
        stopped_by=frozenset(word for name, word in STOPS.items() if meta.get(tx, name) is not None),
    )


class StoreProbe:
    """Tells whether the store still writes, by writing; what it found stands for two seconds."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._found: Sequence[str] = ()
        self._probed_at: datetime | None = None
        self._one_at_a_time = asyncio.Lock()

    async def problems(self) -> Sequence[str]:
        """Name what is wrong with the store, if anything."""
        async with self._one_at_a_time:
            now = self._office.now()
            if self._probed_at is None or abs(now - self._probed_at) >= PROBE_AGAIN_AFTER:
                self._found = await self._probe(now)
                self._probed_at = now
            return self._found

    async def _probe(self, now: datetime) -> Sequence[str]:
        try:
            async with asyncio.timeout(PROBE_SECONDS):
                await self._office.store.write(meta.put, PROBE, now.isoformat())
        except TimeoutError:
            return (f"the store has not answered for {PROBE_SECONDS:.0f} s",)
        except StoreError:
            # The message may name a path of this machine; the log has it.
            return ("the store cannot write",)
        return ()
