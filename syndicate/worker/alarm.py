"""The alarm: looks now and then what is wrong, and tells operators."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from datetime import timedelta

from syndicate.actions.alerts import Channel, observe, tell
from syndicate.actions.office import Office
from syndicate.actions.turns import take_turn
from syndicate.errors import SyndicateError
from syndicate.policy.alerting import GATHER, TURN, Thresholds, pause_after_refusals
from syndicate.policy.outcome import Outcome, Refused

logger = logging.getLogger(__name__)

LOOK = timedelta(seconds=10)
# What a start finds late has gone by then.
FIRST_LOOK = timedelta(seconds=3)
# Longer than any channel takes by itself.
TELL_SECONDS = 150.0


class Alarm:
    """Tells each channel by itself: one that cannot be reached keeps no other from hearing.

    Of several workers one tells; `thresholds` are those in force.
    """

    def __init__(
        self,
        office: Office,
        thresholds: Callable[[], Thresholds],
        channels: Sequence[Channel],
        *,
        every: timedelta = LOOK,
    ) -> None:
        self._office = office
        self._thresholds = thresholds
        self._channels = channels
        self._pause_seconds = every.total_seconds()
        self._me = office.new_id("alarm")
        self._since = office.now()
        self._not_before = {channel.name: 0.0 for channel in channels}
        self._refusals = dict.fromkeys(self._not_before, 0)

    async def run(self) -> None:
        """Look until cancelled; what the store or a channel does not allow now is tried again."""
        pause = min(FIRST_LOOK.total_seconds(), self._pause_seconds)
        async with asyncio.TaskGroup() as telling:
            while True:
                await asyncio.sleep(pause)
                pause = self._pause_seconds
                for channel in await self._ready():
                    telling.create_task(self._tell(channel), name=f"alarm by {channel.name}")

    async def look(self) -> None:
        """See what is wrong, and tell who has not heard of it; waits until that is done."""
        await asyncio.gather(*(self._tell(channel) for channel in await self._ready()))

    async def _ready(self) -> Sequence[Channel]:
        """See what is wrong; returns the channels that may be told now, none where another process tells."""
        try:
            if self._office.store.shared and not await take_turn(self._office, "alarm", self._me, lease=TURN):
                return ()
            await observe(self._office, self._thresholds(), frozenset(self._not_before), since=self._since)
        except SyndicateError as error:
            logger.warning("alarm.failed", extra={"error": error.message})
            return ()
        except Exception:  # a bug must not end the alarm for good
            logger.exception("alarm.crashed")
            return ()
        now = time.monotonic()
        return [channel for channel in self._channels if now >= self._not_before[channel.name]]

    async def _tell(self, channel: Channel) -> None:
        # Whoever takes long to answer is not asked again meanwhile, and nobody waits for it.
        self._not_before[channel.name] = float("inf")
        pause = self._pause_after(channel, await self._told(channel))
        self._not_before[channel.name] = time.monotonic() + pause.total_seconds()

    def _pause_after(self, channel: Channel, outcome: Outcome | None) -> timedelta:
        if not isinstance(outcome, Refused):
            self._refusals[channel.name] = 0
            return GATHER if outcome else timedelta(0)
        self._refusals[channel.name] += 1
        logger.warning("alarm.not_told", extra={"channel": channel.name, "reason": outcome.reason})
        return pause_after_refusals(self._refusals[channel.name])

    async def _told(self, channel: Channel) -> Outcome | None:
        try:
            async with asyncio.timeout(TELL_SECONDS):
                return await tell(self._office, channel)
        except TimeoutError:
            return Refused("no answer in time")
        except SyndicateError as error:
            return Refused(error.message)
        except Exception:  # what one channel cannot say must not keep the others from being told
            logger.exception("alarm.crashed", extra={"channel": channel.name})
            return Refused("internal error")
