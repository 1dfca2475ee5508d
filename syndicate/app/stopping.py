"""How long each part of a graceful stop may take, so that together they end within [server] shutdown_timeout."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class StopTimes:
    """The parts follow each other: commands under way, deliveries being sent, requests being answered."""

    commands: timedelta
    deliveries: timedelta
    requests: timedelta


def stop_times(shutdown_timeout: timedelta) -> StopTimes:
    """Divide the time of a stop; most of it is for deliveries, because a cut one goes again."""
    # The web server waits twice: for handlers to end, and for those it cancelled. 0.1 + 0.1, 0.55, 0.1 + 0.1; the rest
    # is for closing the store.
    brief = shutdown_timeout * 0.1
    return StopTimes(commands=brief, deliveries=shutdown_timeout * 0.55, requests=brief)
