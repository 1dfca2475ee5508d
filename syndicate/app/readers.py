"""What a process that answers readers does beside: write down who came, and miss who did not."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta

from syndicate.actions.readership import Readership
from syndicate.errors import StoreError
from syndicate.worker.clockwork import Job

logger = logging.getLogger(__name__)

# A crash may lose so much of who came, and nothing else.
FLUSH_EVERY = timedelta(seconds=5)
WATCH_EVERY = timedelta(seconds=30)


def readers_jobs(readership: Readership) -> Sequence[Job]:
    return (
        ("write down who reads", FLUSH_EVERY, readership.flush),
        ("watch for silent partners", WATCH_EVERY, readership.watch),
    )


async def write_down_readers(readership: Readership) -> None:
    """Write down the last readers of a service that stops; that it cannot is no reason not to stop."""
    try:
        await readership.flush()
    except StoreError as error:
        logger.warning("readership.lost", extra={"error": error.message})
