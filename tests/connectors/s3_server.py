"""An S3 server of a partner, in this process: it keeps what is signed rightly, and behaves as a test needs."""

from __future__ import annotations

import asyncio
import hashlib
import re
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from syndicate.connectors.suite.site import Mood
from tests.connectors import dropped
from tests.connectors.s3_signing import Credentials, signed

KEYS = Credentials("AKIDGAZETTE", "canary-secret-key-of-the-bucket", "eu-west-1")
TOKEN = "canary-session-token"
STATUS = {Mood.REFUSING: (400, "InvalidRequest"), Mood.BUSY: (503, "SlowDown"), Mood.LOCKED: (403, "AccessDenied")}
_SIGNED = re.compile(r"SignedHeaders=([a-z0-9;-]+)")


class S3Site:
    """A partner that reads packages from a bucket. `objects` are bytes and headers by key, `requests` what came.

    `fault` is a status and a code that everything is answered with.
    """

    connector = "s3"
    networked = True
    moods = frozenset(Mood)
    secrets = {  # noqa: RUF012  # a test's site, made anew for each
        "access_key": (KEYS.access_key,),
        "secret_key": (KEYS.secret_key,),
        "session_token": (TOKEN,),
    }
    canaries = (KEYS.secret_key, TOKEN)

    def __init__(self) -> None:
        self.objects: dict[str, tuple[bytes, dict[str, str]]] = {}
        self.requests: list[str] = []
        self.redirect: str | None = None
        self.fault: tuple[int, str] | None = None
        self.port = 0
        self._mood = Mood.WELL
        self._server: asyncio.Server | None = None

    @property
    def mood(self) -> Mood:
        return self._mood

    @mood.setter
    def mood(self, mood: Mood) -> None:
        self._mood = mood
        if mood is Mood.DOWN and self._server is not None:
            self._server.close()

    @property
    def options(self) -> dict[str, Any]:
        endpoint = f"http://127.0.0.1:{self.port}"
        return {"url": "s3://news/in", "endpoint": endpoint, "region": KEYS.region, "timeout": "0.5s"}

    async def shown(self) -> Sequence[str]:
        return dropped.shown(self.files())

    def files(self) -> dict[str, bytes]:
        return {key.removeprefix("/news/in/"): body for key, (body, _) in self.objects.items()}

    async def take(self, request: web.BaseRequest) -> web.Response:
        body = await request.read()
        self.requests.append(f"{request.method} {request.rel_url.raw_path}")
        if self.redirect is not None:
            return web.Response(status=307, headers={"Location": self.redirect})
        if self.fault is not None:
            return web.Response(status=self.fault[0], text=f"<Error><Code>{self.fault[1]}</Code></Error>")
        if self.mood is Mood.SILENT:
            await asyncio.Event().wait()
        if self.mood in STATUS or not is_signed(request, body, KEYS):
            status, code = STATUS.get(self.mood, (403, "SignatureDoesNotMatch"))
            return web.Response(status=status, text=f"<Error><Code>{code}</Code></Error>")
        answer = self._keep(request, body)
        if self.mood is Mood.LOSING and request.rel_url.raw_path.endswith("manifest.json"):
            await asyncio.Event().wait()
        return answer

    def _keep(self, request: web.BaseRequest, body: bytes) -> web.Response:
        key = request.rel_url.raw_path
        if request.method == "PUT":
            headers = {name: request.headers[name] for name in ("Content-Type", "Cache-Control")}
            self.objects[key] = body, headers
            return web.Response(headers={"ETag": '"x"'})
        if key not in self.objects:
            return web.Response(status=404)
        if request.method == "DELETE":
            del self.objects[key]
            return web.Response(status=204)
        return web.Response(body=self.objects[key][0], headers={"Last-Modified": "Wed, 04 Mar 2026 12:00:00 GMT"})

    async def open(self, tls: ssl.SSLContext | None = None) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(web.Server(self.take), "127.0.0.1", self.port, ssl=tls)
        self.port = self._server.sockets[0].getsockname()[1]


def is_signed(request: web.BaseRequest, body: bytes, keys: Credentials) -> bool:
    """Sign the request as it came and compare (Signature Version 4)."""
    given = request.headers.get("Authorization", "")
    names = _SIGNED.search(given)
    if names is None or request.headers["x-amz-content-sha256"] != hashlib.sha256(body).hexdigest():
        return False
    made_by_us = {"host", "x-amz-date", "x-amz-content-sha256"}
    headers = {name: request.headers[name] for name in names[1].split(";") if name not in made_by_us}
    at = datetime.strptime(request.headers["x-amz-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    made = signed(request.method, request.host, request.rel_url.raw_path, headers, body, keys, at=at)
    return given.rpartition("Signature=")[2] == made["Authorization"].rpartition("Signature=")[2]


@asynccontextmanager
async def an_s3_site(tls: ssl.SSLContext | None = None) -> AsyncIterator[S3Site]:
    site = S3Site()
    await site.open(tls)
    yield site
    site.mood = Mood.DOWN
