"""What every way out promises, whatever protocol it speaks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Protocol

from syndicate.model.article import Article
from syndicate.model.delivery import EventType
from syndicate.model.journal import Cause
from syndicate.policy.outcome import Accepted, Outcome, Refused

__all__ = ["Accepted", "Connector", "Keep", "Outcome", "Preview", "Refused", "Sending"]

# Write down what was done so far of a copy, whole: it is the next attempt's `remote`. Raises LeaseLostError.
Keep = Callable[[Mapping[str, Any]], Awaitable[None]]


async def keep_nothing(remote: Mapping[str, Any]) -> None:
    """Stand in for `keep` where nothing is sent."""


@dataclass(frozen=True)
class Sending:
    """One try at one delivery. `record` is the article as JSON, shaped for the partner; None for a retraction.

    `at` is when the event happened, `remote` what the connector kept of this copy at the last attempt,
    `attempt` counts from 1. `delivery_id` is the same on every attempt, `slug` the same for the article for ever.
    """

    delivery_id: str
    type: EventType
    at: datetime
    record: bytes | None
    article_id: str
    url: str | None
    revision: int
    seq: int
    cause: Cause | None = None
    public_note: str | None = None
    remote: Mapping[str, Any] = field(default_factory=dict)
    attempt: int = 1
    slug: str = ""
    keep: Keep = keep_nothing

    @cached_property
    def article(self) -> Article | None:
        """The record as an article; read when a connector first asks for it."""
        return None if self.record is None else Article.model_validate_json(self.record)


@dataclass(frozen=True)
class Preview:
    """Exactly what would be sent; the secrets in `url` and in credentials are not shown.

    `before` is what goes ahead of it, such as pictures; their `body` is empty where it is not at hand.
    """

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    before: tuple[Preview, ...] = ()


class Connector(Protocol):
    """One partner's way in. What the partner or the network does is an Outcome; an exception is our own bug.

    `bounded` says that every wait of `send` ends by itself; any other connector is cut after five minutes.
    `gathers` says that it makes one sending of many: it is handed all that is due at once, up to 200, whatever the
    partner's concurrency and rate; of the outcomes of what went as one, all but one are an `echo`.
    """

    @property
    def bounded(self) -> bool: ...

    @property
    def gathers(self) -> bool: ...

    async def send(self, sending: Sending) -> Outcome:
        """Bring the partner to the state that `sending` describes."""

    async def test(self, *, delivery_id: str, at: datetime) -> Outcome:
        """Show that the partner can be reached and accepts our credentials, and change nothing there."""

    def preview(self, sending: Sending) -> Preview:
        """Return what `send` would send now, without sending it."""

    async def aclose(self) -> None:
        """Give back what the connector holds open."""
