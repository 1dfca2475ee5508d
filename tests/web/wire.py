"""A served paper, and clients that speak to it byte by byte, well or badly."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from aiohttp import web

from syndicate.app.server import Heartbeat, ServerOptions, listening, make_runner
from syndicate.app.service import Service
from syndicate.web.connections import ConnectionLimits
from tests.papers import a_paper

READ_SECONDS = 10.0


def no_address(address: str) -> bool:
    """Exempt nobody: the loopback address is one client like any other."""
    return False


@dataclass(frozen=True)
class Served:
    """`service` is None where only an application of the test's own is served."""

    service: Service | None
    port: int

    @asynccontextmanager
    async def connection(
        self, *, limit: int = 2**16
    ) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=limit)
        try:
            yield reader, writer
        finally:
            writer.close()

    async def say(self, data: bytes) -> bytes:
        """Send bytes and read until the server closes."""
        async with self.connection() as (reader, writer):
            writer.write(data)
            return await read_all(reader)


async def read_all(reader: asyncio.StreamReader) -> bytes:
    """Read until the other side closes; a reset ends it too."""
    data = b""
    try:
        async with asyncio.timeout(READ_SECONDS):
            while part := await reader.read(2**16):
                data += part
    except ConnectionError:
        pass
    return data


def options(**changes: Any) -> ServerOptions:
    """Build short limits for tests: seconds where a service has minutes."""
    limits = ConnectionLimits(total=100, per_address=100, stall_timeout=timedelta(seconds=30), is_exempt=no_address)
    names = changes.keys() - {"header_timeout", "drain"}
    limits = replace(limits, **{name: changes[name] for name in names})
    drain = changes.get("drain", timedelta(seconds=5))
    return ServerOptions(changes.get("header_timeout", timedelta(seconds=15)), limits, drain)


@asynccontextmanager
async def served_app(app: web.Application, **limits: Any) -> AsyncIterator[Served]:
    """Serve an application behind the doors a service has."""
    asked = options(**limits)
    runner = make_runner(app, asked)
    await runner.setup()
    try:
        async with listening(runner, asked, Heartbeat(), host="127.0.0.1", port=0) as server:
            yield Served(None, server.sockets[0].getsockname()[1])
    finally:
        await runner.cleanup()


@asynccontextmanager
async def a_served_paper(folder: Path, extra: str = "", **limits: Any) -> AsyncIterator[Served]:
    async with AsyncExitStack() as stack:
        service = await stack.enter_async_context(a_paper(folder, extra))
        served = await stack.enter_async_context(served_app(service.web_app(), **limits))
        yield Served(service, served.port)
