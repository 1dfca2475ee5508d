"""Offer partners that poll what falls due, as the dispatcher sends it to the others."""

from __future__ import annotations

import asyncio
import logging

from syndicate.actions.leases import next_due
from syndicate.actions.offer import offer_due
from syndicate.actions.office import Office
from syndicate.errors import StoreError

logger = logging.getLogger(__name__)

POLL_SECONDS = 1.0


class Offering:
    """Offer what is due, for ever: when it is told, when the next falls due, and every second."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._wake = asyncio.Event()
        office.store.listen(lambda effects: self._wake.set() if effects.deliveries else None)

    async def run(self) -> None:
        """Run until cancelled; what the store does not allow now is tried at the next turn."""
        while True:
            self._wake.clear()
            try:
                await offer_due(self._office)
                pause = await self._pause()
            except StoreError as error:
                logger.warning("offer.failed", extra={"error": error.message})
                pause = POLL_SECONDS
            except Exception:  # what one article brings about must not end the offers of all others
                logger.exception("offer.crashed")
                pause = POLL_SECONDS
            try:
                async with asyncio.timeout(pause):
                    await self._wake.wait()
            except TimeoutError:
                pass

    async def _pause(self) -> float:
        due_at = await next_due(self._office)
        if due_at is None or due_at <= self._office.now():
            # What is due and was not offered is somebody else's, or must wait: a pause, a halt.
            return POLL_SECONDS
        return min((due_at - self._office.now()).total_seconds(), POLL_SECONDS)
