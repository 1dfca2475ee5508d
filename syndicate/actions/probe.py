"""Send a partner a signed test event, which it acknowledges and forgets."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta

from syndicate.actions.office import Office
from syndicate.actions.send import Connections
from syndicate.connectors.contract import Outcome
from syndicate.errors import PartnerNotFoundError


@dataclass(frozen=True)
class Probed:
    """What the partner answered, and how long it took."""

    outcome: Outcome
    duration: timedelta


async def probe(office: Office, connections: Connections, partner: str) -> Probed:
    """Test that a partner can be reached and takes our signature; nothing is recorded. Raises PartnerNotFoundError."""
    connector = connections.connector(partner)
    if connector is None:
        raise PartnerNotFoundError(partner)
    began = time.monotonic()
    outcome = await connector.test(delivery_id=office.new_id("msg"), at=office.now())
    return Probed(outcome, timedelta(seconds=time.monotonic() - began))
