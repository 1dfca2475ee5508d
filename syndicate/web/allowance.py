"""How often something may happen for one key, such as a wrong token for one address; bounded in memory."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta

MAX_KEYS = 10_000


class Allowance:
    """`most` events in `per` for each key; what is used up comes back evenly over `per`."""

    def __init__(self, most: int, per: timedelta, *, max_keys: int = MAX_KEYS) -> None:
        self._per = per
        self._each = per / most
        self._max_keys = max_keys
        # When a key will have all of its allowance back (the generic cell rate algorithm keeps nothing else).
        self._whole_at: OrderedDict[str, datetime] = OrderedDict()

    def wait(self, key: str, now: datetime) -> timedelta:
        """Return in how long one more event fits; nothing where it fits now."""
        return max(self._used(key, now) + self._each - self._per, timedelta(0))

    def take(self, key: str, now: datetime) -> None:
        """Count one event."""
        self._whole_at[key] = now + min(self._used(key, now) + self._each, self._per)
        self._whole_at.move_to_end(key)
        while len(self._whole_at) > self._max_keys:
            self._whole_at.popitem(last=False)

    def _used(self, key: str, now: datetime) -> timedelta:
        whole_at = self._whole_at.get(key, now)
        # A clock that was set back must not lock anybody out for longer than `per`.
        return min(max(whole_at - now, timedelta(0)), self._per)

    def __len__(self) -> int:
        return len(self._whole_at)
