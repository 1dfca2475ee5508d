"""A paper with a partner that polls, and what that partner asks."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientResponse

from syndicate.actions.offer import offer_due
from tests.web.desk import Desk

TOKEN = "canary-token-of-the-gazette"
OLD_TOKEN = "canary-token-before-that"
TOKENS = {"GAZETTE_TOKEN": TOKEN, "GAZETTE_OLD": OLD_TOKEN}
PULL = """
[partners.gazette]
connector = "pull"
token = ["env:GAZETTE_TOKEN", "env:GAZETTE_OLD"]
rate = "1000/s"
{more}
[partners.gazette.select]
categories = ["Harbour"]
"""


def pull(more: str = "") -> str:
    """Return the section of a partner that polls, with more options."""
    return PULL.format(more=more)


def basic(token: str, user: str = "anybody") -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{token}".encode()).decode()}


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@dataclass
class Gazette:
    """A partner that polls `desk`, and remembers how far it has read."""

    desk: Desk
    cursor: str = "start"

    async def ask(self, path: str, method: str = "GET", **headers: str) -> ClientResponse:
        """Ask for something of its own; what is due has been offered before."""
        await offer_due(self.desk.service.office)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        address = f"/partners/gazette/{path}"
        return await self.desk.client.request(method, address, headers=bearer(TOKEN) | named)

    async def feed(self) -> dict[str, Any]:
        answer = await self.ask("feed.json")
        assert answer.status == 200, await answer.text()
        document: dict[str, Any] = json.loads(await answer.read())
        return document

    async def titles(self) -> list[str]:
        return [item["title"] for item in (await self.feed())["items"]]

    async def changes(self, query: str = "") -> list[dict[str, Any]]:
        """Read on from where it is."""
        answer = await self.ask(f"changes?after={self.cursor}{query}")
        assert answer.status == 200, await answer.text()
        page = await answer.json()
        self.cursor = page["cursor"]
        items: list[dict[str, Any]] = page["items"]
        return items
