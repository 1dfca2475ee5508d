"""Articles that the clock cannot handle are set aside for a while, so that they hold up no other."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

TRY_AGAIN_AFTER = timedelta(minutes=1)


@dataclass
class Aside:
    """Which articles are left alone, and until when; `at` is the one being handled, its key and its id."""

    at: tuple[int, str] | None = None
    _until: dict[int, datetime] = field(default_factory=dict)

    def keys(self, *, now: datetime) -> Collection[int]:
        """Return who is left alone now, and forget the others; a clock that is set back keeps nobody longer."""
        self._until = {key: at for key, at in self._until.items() if now < at <= now + TRY_AGAIN_AFTER}
        return self._until.keys()

    def put(self, key: int, *, now: datetime) -> datetime:
        """Leave an article alone for a while; returns until when."""
        until = self._until[key] = now + TRY_AGAIN_AFTER
        return until

    @property
    def ends_at(self) -> datetime | None:
        """When the first of them is to be tried again."""
        return min(self._until.values(), default=None)
