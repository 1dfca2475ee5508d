"""What a process that serves feeds does beside: write down which editions left."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta

from syndicate.actions.served import ServedEditions
from syndicate.errors import StoreError
from syndicate.worker.clockwork import Job

logger = logging.getLogger(__name__)

# A crash may lose so much of it; those editions are "unknown" later, and nothing else.
WRITE_EVERY = timedelta(seconds=5)


def served_jobs(served: ServedEditions) -> Sequence[Job]:
    return (("write down served editions", WRITE_EVERY, served.write),)


async def write_down_served(served: ServedEditions) -> None:
    """Write down the last editions of a service that stops; that it cannot is no reason not to stop."""
    try:
        await served.write()
    except StoreError as error:
        logger.warning("served.lost", extra={"error": error.message})
