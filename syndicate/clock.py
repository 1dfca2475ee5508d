"""Clocks: where the time comes from; everything below takes it as an argument."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""

    def monotonic(self) -> float:
        """Return seconds that never go back, for measuring."""


class SystemClock:
    """The machine's own time."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()


@dataclass
class FixedClock:
    """A time that stands until a test moves it."""

    at: datetime
    elapsed: timedelta = timedelta(0)

    def now(self) -> datetime:
        return (self.at + self.elapsed).astimezone(UTC)

    def monotonic(self) -> float:
        return self.elapsed.total_seconds()

    def advance(self, by: timedelta) -> None:
        """Let time pass; raises ValueError for a step back, which monotonic time cannot take."""
        if by < timedelta(0):
            raise ValueError("a clock cannot be advanced into the past")
        self.elapsed += by
