"""Partners that fetch their own feed: nothing is sent to them."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from syndicate.connectors.contract import Outcome, Preview, Refused, Sending
from syndicate.connectors.means import ConnectorKind, Setting
from syndicate.model.views import PULL

NOT_CALLED = Refused("a partner that polls is not called", permanent=True, certain=True)


class PullOptions(BaseModel):
    """A polled partner has no options of its own: it comes to us, with its token."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Pull:
    """Stands where a connector is asked for; what is due to the partner is offered to it (actions.offer)."""

    bounded = True
    gathers = False

    async def send(self, sending: Sending) -> Outcome:
        return NOT_CALLED

    async def test(self, *, delivery_id: str, at: datetime) -> Outcome:
        return NOT_CALLED

    def preview(self, sending: Sending) -> Preview:
        """Show the record; how it stands in the partner's feed is for who knows that feed (actions.preview)."""
        return Preview("GET", "", {"Content-Type": "application/json"}, sending.record or b"null")

    async def aclose(self) -> None:
        """Hold nothing open."""


def _make(options: PullOptions, setting: Setting) -> Pull:
    return Pull()


KIND = ConnectorKind(PULL, PullOptions, (frozenset({"token"}),), _make, called=False)
