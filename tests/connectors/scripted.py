"""Scripted sites over HTTP: what a system's documentation demands, with the moods of the contract suite."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiohttp import web

from syndicate.connectors.suite.site import Mood

READING = frozenset({"GET", "HEAD"})


@dataclass(frozen=True)
class Seen:
    """One request as the site got it."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Cut:
    """The request, counted from 0, at which the connection breaks: before the site does what is asked, or after."""

    at: int
    done: bool


class ScriptedSite:
    """A site that answers by `answer`, as its mood is; subclasses say how each refusal looks."""

    networked = True
    moods = frozenset(Mood)

    def __init__(self) -> None:
        self._mood = Mood.WELL
        self._server: asyncio.Server | None = None
        self.root = ""
        self.seen: list[Seen] = []
        self.cut: Cut | None = None

    @property
    def mood(self) -> Mood:
        return self._mood

    @mood.setter
    def mood(self, mood: Mood) -> None:
        self._mood = mood
        if mood is Mood.DOWN and self._server is not None:
            self._server.close()

    def sent(self, method: str, path: str = "") -> list[Seen]:
        """Return what was asked by this method, of addresses that begin so."""
        return [each for each in self.seen if each.method == method and each.path.startswith(path)]

    def refusal(self, mood: Mood) -> web.Response:
        """Answer as the real one does: refusing, busy, or rejecting credentials."""
        raise NotImplementedError

    async def answer(self, request: web.Request, body: bytes) -> web.Response:
        """Do what is asked."""
        raise NotImplementedError

    async def shown(self) -> Sequence[str]:
        raise NotImplementedError

    async def handle(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.seen.append(Seen(request.method, request.path, request.query_string, dict(request.headers), body))
        if self.cut and self.cut.at == len(self.seen) - 1:
            return await self._cut_off(request, body, done=self.cut.done)
        match self.mood:
            case Mood.REFUSING | Mood.BUSY | Mood.LOCKED:
                return self.refusal(self.mood)
            case Mood.SILENT:
                await asyncio.Event().wait()
            case Mood.LOSING if request.method not in READING:
                await self.answer(request, body)
                await asyncio.Event().wait()
        return await self.answer(request, body)

    async def _cut_off(self, request: web.Request, body: bytes, *, done: bool) -> web.Response:
        if done:
            await self.answer(request, body)
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Serve on a free port of this machine; requests still open at the end are cut."""
        app = web.Application(client_max_size=2**26)
        app.router.add_route("*", "/{any:.*}", self.handle)
        runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
        await runner.setup()
        assert runner.server is not None
        self._server = await asyncio.get_running_loop().create_server(runner.server, "127.0.0.1", 0)
        self.root = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        try:
            yield
        finally:
            self._server.close()
            await runner.cleanup()
