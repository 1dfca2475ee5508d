"""A paper behind its real web application, and what a test says to it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient

from syndicate.actions import tokens
from syndicate.app.service import Service
from syndicate.clock import FixedClock

FERRY = "tag:harbour.example,2026:ferry"
FEED_PATHS = tuple(
    f"/feeds/{slug}.{name}" for slug in ("latest", "world", "harbour") for name in ("rss", "atom", "json")
)
PICTURES = Path(__file__).resolve().parents[2] / "syndicate" / "demo" / "pictures"
PICTURE = (PICTURES / "bridge.jpg").read_bytes()
Client = TestClient[Any, Any]


def article_path(article_id: str = FERRY) -> str:
    return "/api/v1/articles/" + quote(article_id, safe="")


def a_record(**changes: Any) -> dict[str, Any]:
    """Build a record as a newsroom's system sends it."""
    record: dict[str, Any] = {
        "title": "New ferry sails on time",
        "categories": ["Harbour"],
        "body_html": "<p>It did.</p>",
    }
    return record | changes


@dataclass(frozen=True)
class Desk:
    """`token` may do everything; `api` sends it along."""

    service: Service
    client: Client
    clock: FixedClock
    token: str

    async def api(self, method: str, path: str, *, token: str | None = None, **options: Any) -> ClientResponse:
        headers = {"Authorization": f"Bearer {token or self.token}"} | options.pop("headers", {})
        return await self.client.request(method, path, headers=headers, **options)

    async def put(self, article_id: str = FERRY, /, *, headers: Any = None, **record: Any) -> ClientResponse:
        return await self.api("PUT", article_path(article_id), json=a_record(**record), headers=headers or {})

    async def retract(self, article_id: str = FERRY, **query: str) -> ClientResponse:
        return await self.api("DELETE", article_path(article_id), params={"reason": "wrong"} | query)

    async def restore(self, article_id: str = FERRY) -> ClientResponse:
        return await self.api("POST", article_path(article_id) + "/restore")

    async def shown(self, article_id: str = FERRY) -> dict[str, Any]:
        """Read an article as it stands."""
        answer = await self.api("GET", article_path(article_id))
        return await body_of(answer, 200)

    async def new_token(self, *scopes: str) -> str:
        return await tokens.create(self.service.office, "-".join(scopes), frozenset(scopes))

    async def ask(self, path: str, method: str = "GET", **headers: str) -> tuple[ClientResponse, bytes]:
        """Ask as a feed reader does, without the coding the client would decode by itself."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        asked = {"Accept-Encoding": "identity"} | named
        answer = await self.client.request(method, path, headers=asked, auto_decompress=False)
        return answer, await answer.read()

    async def etags(self) -> dict[str, str]:
        return {path: (await self.ask(path))[0].headers["ETag"] for path in FEED_PATHS}

    async def state(self) -> tuple[Any, ...]:
        """Read what a request may have changed: articles, journal, and every feed's revision."""
        listings = [await self.api("GET", f"/api/v1/{name}") for name in ("articles", "journal", "deliveries")]
        documents = [await answer.json() for answer in listings]
        return (*(document["items"] for document in documents), dict(self.service.editions.heads))


async def body_of(answer: ClientResponse, status: int) -> dict[str, Any]:
    """Read a JSON answer of that status."""
    text = await answer.text()
    assert answer.status == status, text
    document: dict[str, Any] = json.loads(text)
    return document


async def problem_of(answer: ClientResponse, status: int, code: str) -> dict[str, Any]:
    """Read a problem document with that status and code."""
    document = await body_of(answer, status)
    assert answer.content_type == "application/problem+json"
    assert (document["status"], document["code"]) == (status, code), document
    return document
