"""A copy as the service keeps it, and what came of attempts at it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping
from dataclasses import replace
from typing import Any

from syndicate.connectors.contract import Accepted, Connector, Outcome, Refused, Sending

# No attempt of the suite may take longer.
PATIENCE_SECONDS = 20.0


class Copy:
    """A copy as the service keeps it between attempts: hands `remote` on, as the store would."""

    def __init__(self, connector: Connector) -> None:
        self._connector = connector
        self.remote: dict[str, Any] = {}
        self.url: str | None = None
        self._attempts = 0

    def other(self) -> Copy:
        """Return the copy of another article at the same site."""
        return Copy(self._connector)

    async def send(self, sending: Sending) -> Outcome:
        self._attempts += 1
        asked = replace(sending, remote=dict(self.remote), keep=self._keep, attempt=self._attempts)
        outcome = await in_time(self._connector.send(asked))
        if isinstance(outcome, Accepted):
            self.remote = outcome.remote or self.remote
            self.url = outcome.url or self.url
        return outcome

    async def _keep(self, remote: Mapping[str, Any]) -> None:
        # As it comes back from the store.
        self.remote = dict(remote)


async def in_time(sending: Awaitable[Outcome]) -> Outcome:
    """Await an outcome for as long as the suite's patience lasts."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        return await sending


def accepted(outcome: Outcome) -> Accepted:
    assert isinstance(outcome, Accepted), outcome
    return outcome


def refused(outcome: Outcome) -> Refused:
    assert isinstance(outcome, Refused), outcome
    return outcome
