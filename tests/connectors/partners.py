"""Other people's servers, real ones on loopback, that behave as a test needs."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field

Behaviour = Callable[[asyncio.StreamWriter, "Request"], Awaitable[None]]


@dataclass(frozen=True)
class Request:
    """One request as it came: header names in lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    head: bytes
    body: bytes


@dataclass
class Partner:
    """A server that answered `requests` so far, over `connections`."""

    behave: Behaviour
    host: str = "127.0.0.1"
    scheme: str = "http"
    port: int = 0
    connections: int = 0
    requests: list[Request] = field(default_factory=list)

    @property
    def url(self) -> str:
        return self.at(self.host)

    def at(self, host: str, path: str = "/in") -> str:
        return f"{self.scheme}://{host}:{self.port}{path}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        with contextlib.suppress(OSError, asyncio.IncompleteReadError), contextlib.closing(writer):
            while True:
                request = await _read(reader)
                self.requests.append(request)
                await self.behave(writer, request)


async def _read(reader: asyncio.StreamReader) -> Request:
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").strip().split("\r\n")
    method, target, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Request(method, target, headers, head, body)


@contextlib.asynccontextmanager
async def partner(
    behave: Behaviour, *, host: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None
) -> AsyncIterator[Partner]:
    """Run a server for the length of the block; open connections are cut at its end."""
    running = Partner(behave, host=host, scheme="https" if tls else "http")
    tasks: set[asyncio.Task[None]] = set()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(running.serve(reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    server = await asyncio.start_server(accept, host, port, ssl=tls)
    running.port = server.sockets[0].getsockname()[1]
    try:
        yield running
    finally:
        server.close()
        for task in tuple(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def answering(status: int, body: bytes = b"", **headers: str) -> Behaviour:
    """Answer every request so; `Retry_After="3"` is the header Retry-After."""
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return sending(f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\n{lines}\r\n".encode() + body)


def sending(raw: bytes) -> Behaviour:
    async def behave(writer: asyncio.StreamWriter, request: Request) -> None:
        writer.write(raw)
        await writer.drain()

    return behave


def by_target(behaviours: Mapping[str, Behaviour]) -> Behaviour:
    async def behave(writer: asyncio.StreamWriter, request: Request) -> None:
        await behaviours[request.target](writer, request)

    return behave


async def silent(writer: asyncio.StreamWriter, request: Request) -> None:
    """Read everything and never say a word."""
    await asyncio.Event().wait()


async def dropping(writer: asyncio.StreamWriter, request: Request) -> None:
    """Read everything and hang up."""
    raise ConnectionAbortedError


def dripping(start: bytes) -> Behaviour:
    """Send `start`, then a byte at a time for ever."""

    async def behave(writer: asyncio.StreamWriter, request: Request) -> None:
        writer.write(start)
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.02)

    return behave


def flooding(start: bytes, piece: bytes) -> Behaviour:
    """Send `start`, then `piece` again and again as fast as it is taken."""

    async def behave(writer: asyncio.StreamWriter, request: Request) -> None:
        writer.write(start)
        while True:
            writer.write(piece)
            await writer.drain()

    return behave


TEN_GIGABYTES = flooding(b"HTTP/1.1 200 OK\r\nContent-Length: 10737418240\r\n\r\n", b"x" * 65536)
ENDLESS_CHUNKS = flooding(
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"4000\r\n" + b"x" * 0x4000 + b"\r\n"
)
DRIPPING_BODY = dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
DRIPPING_HEAD = dripping(b"HTTP/1.1 200 OK\r\nX-Slow: ")
