"""Hand one parcel to its partner's connector and say what came of it."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Protocol

from syndicate.actions.claim import Parcel
from syndicate.actions.office import Office
from syndicate.actions.record import Attempted, withhold
from syndicate.connectors.contract import Connector, Refused
from syndicate.model.declarations import PartnerDeclaration
from syndicate.policy.rights import NotAllowed

logger = logging.getLogger(__name__)


class Connections(Protocol):
    """The connectors of the partners declared now."""

    def connector(self, partner: str) -> Connector | None: ...

    def partners(self) -> Mapping[str, PartnerDeclaration]: ...


async def send(office: Office, connections: Connections, parcel: Parcel, *, jitter: float) -> Attempted | None:
    """Make one attempt; None where nothing went out because the partner may not have the article any more."""
    connector = connections.connector(parcel.delivery.partner)
    sending = parcel.sending(now=office.now())
    if isinstance(sending, NotAllowed):
        await withhold(office, parcel, sending.reason)
        return None
    began_at, began = office.now(), time.monotonic()
    if connector is None:
        return Attempted(parcel, Refused("no connector for this partner", certain=True), began_at, timedelta(0), jitter)
    try:
        outcome = await connector.send(sending)
    except Exception:  # a connector raises only for a bug of ours: it must cost this attempt, not the others
        logger.exception("delivery.crashed", extra={"partner": parcel.delivery.partner, "delivery": parcel.delivery.id})
        outcome = Refused("internal error; see the service's log")
    duration = timedelta(seconds=time.monotonic() - began)
    return Attempted(parcel, outcome, began_at, duration, jitter)
