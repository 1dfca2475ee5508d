"""The alarm: looks now and then what is wrong, and tells operators."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence

from syndicate.actions.alerts import Channel, observe, tell
from syndicate.actions.office import Office
from syndicate.actions.turns import take_turn
from syndicate.errors import SyndicateError
from syndicate.model.alerts import Alert
from syndicate.policy.alerting import GATHER, TURN, Thresholds, pause_after_refusals
from syndicate.policy.outcome import Outcome, Refused

logger = logging.getLogger(__name__)

LOOK_SECONDS = 10.0
# What a start finds late has gone by then.
FIRST_LOOK_SECONDS = 3.0
# Longer than any channel takes by itself.
TELL_SECONDS = 150.0


class Alarm:
    """Tells each channel by itself: one that cannot be reached keeps no other from hearing.

    Of several workers one tells; `thresholds` are those in force.
    """

    def __init__(self, office: Office, thresholds: Callable[[], Thresholds], channels: Sequence[Channel]) -> None:
        self._office = office
        self._thresholds = thresholds
        self._channels = channels
        self._me = office.new_id("alarm")
        self._since = office.now()
        self._not_before = {channel.name: 0.0 for channel in channels}
        self._refusals = dict.fromkeys(self._not_before, 0)

    async def run(self) -> None:
        """Look until cancelled; what the store or a channel does not allow now is tried again."""
        pause = FIRST_LOOK_SECONDS
        while True:
            await asyncio.sleep(pause)
            pause = LOOK_SECONDS
            try:
                await self.look()
            except SyndicateError as error:
                logger.warning("alarm.failed", extra={"error": error.message})
            except Exception:  # a bug must not end the alarm for good
                logger.exception("alarm.crashed")

    async def look(self) -> None:
        """See what is wrong, and tell who has not heard of it."""
        if self._office.store.shared and not await take_turn(self._office, "alarm", self._me, lease=TURN):
            return
        names = frozenset(self._not_before)
        known = await observe(self._office, self._thresholds(), names, since=self._since)
        await asyncio.gather(*(self._tell(channel, known) for channel in self._channels))

    async def _tell(self, channel: Channel, known: Sequence[Alert]) -> None:
        if time.monotonic() < self._not_before[channel.name]:
            return
        outcome = await self._told(channel, known)
        if outcome is None:
            return
        pause = GATHER
        if isinstance(outcome, Refused):
            self._refusals[channel.name] += 1
            pause = pause_after_refusals(self._refusals[channel.name])
            logger.warning("alarm.not_told", extra={"channel": channel.name, "reason": outcome.reason})
        else:
            self._refusals[channel.name] = 0
        self._not_before[channel.name] = time.monotonic() + pause.total_seconds()

    async def _told(self, channel: Channel, known: Sequence[Alert]) -> Outcome | None:
        try:
            async with asyncio.timeout(TELL_SECONDS):
                return await tell(self._office, channel, known)
        except TimeoutError:
            return Refused("no answer in time")
