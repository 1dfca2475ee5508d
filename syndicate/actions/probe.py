"""Send a partner a signed test event, which it acknowledges and forgets."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from datetime import timedelta

from syndicate.actions.office import Office
from syndicate.actions.send import Connections
from syndicate.connectors.contract import Outcome, Refused
from syndicate.errors import ConflictError, PartnerNotFoundError
from syndicate.model.instants import rfc3339
from syndicate.model.views import partner_key, polls
from syndicate.store import offers

# A person waits for it; a mount that hangs, or a server that answers each step slowly, has no bound of its own.
LONGEST_TEST = timedelta(minutes=1)


@dataclass(frozen=True)
class Probed:
    """What the partner answered, and how long it took."""

    outcome: Outcome
    duration: timedelta


async def _refuse_polling(office: Office, partner: str) -> None:
    last = await office.store.read(offers.last_polled, partner_key(partner))
    since = "has not asked for anything yet" if last is None else f"last asked at {rfc3339(last)}"
    remedy = f"It fetches /partners/{partner}/ with its token; `partners preview` shows what stands there."
    raise ConflictError(f"{partner} polls, and cannot be called; it {since}", remedy=remedy)


async def probe(office: Office, connections: Connections, partner: str, *, longest: timedelta = LONGEST_TEST) -> Probed:
    """Test that a partner can be reached and takes our signature, for as `longest`; nothing is recorded.

    Raises PartnerNotFoundError, ConflictError where the partner polls and cannot be called.
    """
    connector, declared = connections.connector(partner), connections.partners().get(partner)
    if connector is None or declared is None:
        raise PartnerNotFoundError(partner)
    if polls(declared):
        await _refuse_polling(office, partner)
    began = time.monotonic()
    try:
        async with asyncio.timeout(longest.total_seconds()):
            outcome = await connector.test(delivery_id=office.new_id("msg"), at=office.now())
    except TimeoutError:
        outcome = Refused("it took longer than a test may", overloaded=True)
    return Probed(outcome, timedelta(seconds=time.monotonic() - began))
