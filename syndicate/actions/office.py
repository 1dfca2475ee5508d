"""What every action needs at hand: the store, the time, fresh identifiers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from syndicate.store.store import Store

# How the actor begins where an upstream acts.
UPSTREAM = "upstream:"


@dataclass(frozen=True)
class Occasion:
    """One run of a transaction: by whom, and when; the time is read once, when the transaction runs."""

    clock: Callable[[], datetime]
    actor: str
    new_id: Callable[[str], str]

    @cached_property
    def now(self) -> datetime:
        return self.clock()


@dataclass(frozen=True)
class Office:
    """`now` gives aware UTC datetimes; `new_id` makes an unguessable identifier with a prefix (`msg` → `msg_2f…`)."""

    store: Store
    now: Callable[[], datetime]
    new_id: Callable[[str], str]

    def occasion(self, actor: str) -> Occasion:
        return Occasion(self.now, actor, self.new_id)
