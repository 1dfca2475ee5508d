"""Which leases this process holds, and whether it may still rely on them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from syndicate.actions.claim import LEASE

LEASE_SECONDS = LEASE.total_seconds()
# A send is bounded to 20 s; begun later than this it could outlive its lease (reliability CL-4).
LATEST_START_SECONDS = LEASE_SECONDS - 25


class Leases:
    """Tokens with the number of parcels under each, and since when each lease runs. Times are monotonic seconds.

    The wall clock may jump, and this process may stand still for a while: only what was certainly renewed within
    the length of a lease is held.
    """

    def __init__(self) -> None:
        self._parcels: Counter[str] = Counter()
        self._since: dict[str, float] = {}

    def __len__(self) -> int:
        return len(self._parcels)

    def take(self, token: str, *, since: float) -> None:
        """Count one more parcel under a token; `since` is a moment before its lease was written."""
        self._parcels[token] += 1
        self._since.setdefault(token, since)

    def settle(self, token: str) -> None:
        """Count one parcel less; a token without parcels is forgotten."""
        self._parcels[token] -= 1
        if self._parcels[token] <= 0:
            del self._parcels[token]
            del self._since[token]

    def may_start(self, token: str, now: float) -> bool:
        return now - self._since[token] <= LATEST_START_SECONDS

    def is_held(self, token: str, now: float) -> bool:
        return now - self._since[token] < LEASE_SECONDS

    def held(self, now: float) -> tuple[str, ...]:
        return tuple(token for token in self._since if self.is_held(token, now))

    def renewed(self, asked: Collection[str], kept: Collection[str], *, since: float) -> None:
        """Note which of the tokens that were to be renewed still lease something; the others are lost."""
        for token in self._since.keys() & set(asked):
            self._since[token] = since if token in kept else float("-inf")
