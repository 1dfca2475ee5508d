"""A webhook's receiver, held to what every connector promises."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from syndicate.connectors.suite.contract import ConnectorContract
from syndicate.connectors.suite.site import Mood, Site
from tests.connectors.partners import Partner, Request, answering, partner

SECRET = "whsec_" + base64.b64encode(b"canary-key-of-the-partner-32byte").decode()
STATUS = {Mood.WELL: 204, Mood.REFUSING: 422, Mood.BUSY: 429, Mood.LOCKED: 401}


class Receiver:
    """Keeps the newest state of each article, by its seq, of what is signed."""

    connector = "webhook"
    networked = True
    moods = frozenset(Mood) - {Mood.DOWN}
    secrets = {"signing_secret": (SECRET,)}  # noqa: RUF012  # a test's site, made anew for each
    canaries = (SECRET, SECRET.removeprefix("whsec_"), "canary-in-the-query")

    def __init__(self) -> None:
        self.mood = Mood.WELL
        self.server: Partner | None = None
        self._articles: dict[str, tuple[int, str | None]] = {}

    @property
    def options(self) -> dict[str, Any]:
        assert self.server is not None
        return {"url": f"{self.server.url}?token=canary-in-the-query"}

    async def shown(self) -> Sequence[str]:
        return [title for _, title in self._articles.values() if title is not None]

    async def behave(self, writer: asyncio.StreamWriter, request: Request) -> None:
        if self.mood in (Mood.WELL, Mood.LOSING):
            self._take(request)
        if self.mood in STATUS:
            await answering(STATUS[self.mood])(writer, request)
        else:
            await asyncio.Event().wait()

    def _take(self, request: Request) -> None:
        try:
            Webhook(SECRET).verify(request.body, dict(request.headers))
        except WebhookVerificationError as error:
            # The suite's clock stands still; the signature is what counts here.
            assert "timestamp" in str(error)  # noqa: PT017  # nothing else is expected to fail
        data = json.loads(request.body)["data"]
        if data["id"] is not None and data["seq"] > self._articles.get(data["id"], (0, None))[0]:
            self._articles[data["id"]] = data["seq"], (data["article"] or {}).get("title")


class TestWebhook(ConnectorContract):
    @pytest.fixture
    async def site(self) -> AsyncIterator[Site]:
        receiver = Receiver()
        async with partner(receiver.behave) as receiver.server:
            yield receiver
