"""One partner's line: what is claimed for it, what is being sent, how fast it may go."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection

from syndicate.actions.claim import Parcel, Room
from syndicate.model.declarations import Rate
from syndicate.model.delivery import Lane

# Retractions find a place even where slow sends fill the line.
EXTRA_FOR_RETRACTIONS = 1
BURST = 2
# So much is claimed ahead, for each send at a time, as goes out while the next claim is on its way to the disk:
# a partner that is quick would wait for it, and what waits long for one that is slow may change meanwhile.
AHEAD_SECONDS = 0.2
LEAST_AHEAD, MOST_AHEAD = 2, 16
CLAIM_BELOW = 3 / 4
# How much one send says of how long they take.
NEWEST = 1 / 16


class Line:
    """A partner's claimed parcels under its concurrency and rate. Times are monotonic seconds."""

    def __init__(self) -> None:
        self.running = 0
        self._waiting: deque[Parcel] = deque()
        self._concurrency = 1
        self._per_second = self._most = self._allowance = 1.0
        self._refilled_at = 0.0
        self._probe = 1
        self._limits: tuple[int, Rate] | None = None
        self._seconds = AHEAD_SECONDS
        self._look_ahead()

    def limit(self, concurrency: int, rate: Rate, *, probe: int = 1) -> None:
        """Set the limits, where they differ from those in force; `probe` as in Room."""
        self._probe = probe
        if self._limits == (concurrency, rate):
            return
        self._limits = (concurrency, rate)
        self._concurrency = concurrency
        self._per_second = rate.count / rate.per.total_seconds()
        self._allowance = self._most = max(1.0, self._per_second * BURST)
        self._look_ahead()

    @property
    def idle(self) -> bool:
        return self.running == 0 and not self._waiting

    @property
    def has_unstarted(self) -> bool:
        return bool(self._waiting)

    def took(self, seconds: float) -> None:
        """Count how long one send took."""
        self._seconds += (seconds - self._seconds) * NEWEST
        self._look_ahead()

    def room(self) -> Room:
        """Return how much to claim: nothing while most of what the line can hold is still there."""
        held = self.running + len(self._waiting)
        free = self._capacity - held if self.wants_more else 0
        retractions = max(0, self._capacity + EXTRA_FOR_RETRACTIONS - held)
        return Room(normal=free, retractions=retractions, in_flight=held, probe=self._probe)

    @property
    def wants_more(self) -> bool:
        return self.running + len(self._waiting) <= self._claim_at

    def _look_ahead(self) -> None:
        ahead = MOST_AHEAD if self._seconds * MOST_AHEAD < AHEAD_SECONDS else AHEAD_SECONDS / self._seconds
        self._capacity = int(max(ahead, LEAST_AHEAD) * self._concurrency)
        self._claim_at = int(self._capacity * CLAIM_BELOW)

    def add(self, parcel: Parcel) -> None:
        """Queue a parcel; retractions stand in front."""
        if _is_retraction(parcel):
            self._waiting.appendleft(parcel)
        else:
            self._waiting.append(parcel)

    def next(self, now: float) -> Parcel | None:
        """Take the next parcel that may go now; the caller counts it as running.

        A retraction waits for no rate; what it takes is missing afterwards.
        """
        if not self._waiting or not self._may_start(self._waiting[0]):
            return None
        self._refill(now)
        if self._allowance < 1 and not _is_retraction(self._waiting[0]):
            return None
        self._allowance = max(self._allowance - 1, -self._most)
        return self._waiting.popleft()

    def wait(self, now: float) -> float | None:
        """Return in how many seconds the rate lets the next parcel go; None where none waits for that."""
        if not self._waiting or not self._may_start(self._waiting[0]):
            return None
        self._refill(now)
        return max(0.0, (1 - self._allowance) / self._per_second)

    def give_up(self, articles: Collection[str]) -> list[Parcel]:
        """Give up what was not started of articles (by slug) that have changed since they were claimed."""
        return self._remove(lambda parcel: parcel.claimed.slug in articles)

    def give_up_beyond(self, lane: Lane | None) -> list[Parcel]:
        """Give up what was not started and is less urgent than `lane`; None gives up everything."""
        return self._remove(lambda parcel: lane is None or parcel.delivery.lane > lane)

    def _remove(self, unwanted: Callable[[Parcel], bool]) -> list[Parcel]:
        removed = [parcel for parcel in self._waiting if unwanted(parcel)]
        if removed:
            self._waiting = deque(parcel for parcel in self._waiting if not unwanted(parcel))
        return removed

    def _may_start(self, parcel: Parcel) -> bool:
        extra = EXTRA_FOR_RETRACTIONS if _is_retraction(parcel) else 0
        return self.running < self._concurrency + extra

    def _refill(self, now: float) -> None:
        gained = (now - self._refilled_at) * self._per_second
        self._allowance = min(self._most, self._allowance + gained)
        self._refilled_at = now


def _is_retraction(parcel: Parcel) -> bool:
    return parcel.delivery.lane is Lane.RETRACTION
