"""Hand one parcel to its partner's connector and say what came of it."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Protocol

from syndicate.actions.claim import Parcel
from syndicate.actions.office import Office
from syndicate.actions.progress import Progress
from syndicate.actions.record import Attempted, withhold
from syndicate.connectors.contract import Connector, Outcome, Refused, Sending
from syndicate.errors import SyndicateError, UnwritableError
from syndicate.model.declarations import PartnerDeclaration
from syndicate.policy.rights import NotAllowed

logger = logging.getLogger(__name__)

# Connectors bound their own work; one that forgets may not hold its partner's place for ever.
LONGEST_SEND = timedelta(minutes=5)


class Connections(Protocol):
    """The connectors of the partners declared now."""

    def connector(self, partner: str) -> Connector | None: ...

    def partners(self) -> Mapping[str, PartnerDeclaration]: ...


async def send(office: Office, connections: Connections, parcel: Parcel, *, jitter: float) -> Attempted | None:
    """Make one attempt; None where nothing went out because the partner may not have the article any more.

    Raises StoreError where that could not be written.
    """
    began_at, began = office.now(), time.monotonic()
    outcome = await _outcome(office, connections, parcel, now=began_at)
    if isinstance(outcome, NotAllowed):
        await withhold(office, parcel, outcome.reason)
        return None
    duration = timedelta(seconds=time.monotonic() - began)
    return Attempted(parcel, outcome, began_at, duration, jitter)


async def _outcome(office: Office, connections: Connections, parcel: Parcel, *, now: datetime) -> Outcome | NotAllowed:
    connector = connections.connector(parcel.delivery.partner)
    if connector is None or _is_anothers(connections, parcel):
        return Refused("no connector for this partner", certain=True)
    progress = Progress(office, parcel)
    try:
        sending = parcel.sending(now=now, keep=progress.keep)
        if isinstance(sending, NotAllowed):
            return sending
        return await _handed_over(connector, sending)
    except TimeoutError:
        return Refused("it took longer than any delivery may", overloaded=True, progressed=progress.made)
    except SyndicateError as error:
        # What was done and could not be written down, the next attempt looks for at the partner.
        return Refused(f"what was done so far could not be kept: {error.message}")
    except Exception:  # a connector raises only for a bug of ours: it must cost this attempt, not the others
        logger.exception("delivery.crashed", extra={"partner": parcel.delivery.partner, "delivery": parcel.delivery.id})
        return Refused("internal error; see the service's log")


def _is_anothers(connections: Connections, parcel: Parcel) -> bool:
    """Tell whether the connector is that of another partner, which took over the name since this was claimed."""
    declared = connections.partners().get(parcel.delivery.partner)
    return declared is not None and declared.renamed_from != parcel.partner.renamed_from


async def _handed_over(connector: Connector, sending: Sending) -> Outcome:
    try:
        if connector.bounded:
            return await connector.send(sending)
        async with asyncio.timeout(LONGEST_SEND.total_seconds()):
            return await connector.send(sending)
    except UnwritableError as error:
        return Refused(f"it cannot be written: {error.message}", permanent=True, certain=True)
