"""The guarded way out for libraries that open connections by themselves: a proxy on this machine for them alone."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hmac
import re
import secrets
from collections.abc import Callable, Collection, Coroutine

from syndicate.net.dialer import Dialer

MAX_TUNNELS = 64
_HEAD_SECONDS = 5
# No exchange through it takes longer than the longest sending.
_TUNNEL_SECONDS = 300
_PIECE_BYTES = 64 * 1024
MAX_ANSWER_BYTES = 1024**2
_CONNECT = re.compile(rb"CONNECT (?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+)):(\d{1,5}) HTTP/1\.[01]\r\n")
_CREDENTIALS = re.compile(rb"\r\nproxy-authorization:[ \t]*Basic[ \t]+([A-Za-z0-9+/=]+)[ \t]*\r\n", re.IGNORECASE)


class Gate:
    """An HTTP proxy that knows CONNECT only, dials through `dialer`, and only to `ports`.

    Other programs of this machine may find its port; without the password in `url` it does nothing for them. A tunnel
    ends that brings more than `max_answer_bytes` back after what was last sent: the library keeps answers in memory.
    """

    def __init__(self, dialer: Dialer, ports: Collection[int], *, max_answer_bytes: int = MAX_ANSWER_BYTES) -> None:
        self._dialer = dialer
        self._ports = frozenset(ports)
        self._max_answer_bytes = max_answer_bytes
        self._password = secrets.token_hex(16)
        self._expected = base64.b64encode(f"gate:{self._password}".encode())
        self._server: asyncio.Server | None = None
        self._tunnels: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Listen on a free port of loopback. Raises OSError."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)

    @property
    def url(self) -> str:
        """Its address with the password: a secret."""
        assert self._server is not None
        return f"http://gate:{self._password}@127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def aclose(self) -> None:
        """Close it with every tunnel."""
        if self._server is not None:
            self._server.close()
        for tunnel in tuple(self._tunnels):
            tunnel.cancel()
        await asyncio.gather(*self._tunnels, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # Tasks of our own: asyncio logs those of its streams as faults when they are cancelled (Python 3.11).
        task = asyncio.ensure_future(self._lead(reader, writer))
        self._tunnels.add(task)
        task.add_done_callback(self._tunnels.discard)

    async def _lead(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # What either end does wrong ends the tunnel and nothing else.
        faults = (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError)
        with contextlib.suppress(*faults), contextlib.closing(writer):
            await self._serve(reader, writer)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with asyncio.timeout(_HEAD_SECONDS):
            head = await reader.readuntil(b"\r\n\r\n")
        asked = _CONNECT.match(head)
        if asked is None or not self._knows(head) or len(self._tunnels) > MAX_TUNNELS:
            return await _refuse(writer, b"403 Forbidden")
        try:
            there_reader, there = await self._dial((asked[1] or asked[2]).decode("ascii"), int(asked[3]))
        except OSError:
            return await _refuse(writer, b"502 Bad Gateway")
        with contextlib.closing(there):
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
            answer = _Answer(self._max_answer_bytes)
            async with asyncio.timeout(_TUNNEL_SECONDS):
                return await _until_one_ends(_pour(reader, there, answer.ask), _pour(there_reader, writer, answer.take))

    def _knows(self, head: bytes) -> bool:
        given = _CREDENTIALS.search(head)
        return given is not None and hmac.compare_digest(given[1], self._expected)

    async def _dial(self, host: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if port not in self._ports:
            raise OSError("a port that nobody named")
        return await asyncio.open_connection(sock=await self._dialer.dial(host, port))


async def _refuse(writer: asyncio.StreamWriter, status: bytes) -> None:
    writer.write(b"HTTP/1.1 %b\r\nContent-Length: 0\r\n\r\n" % status)
    await writer.drain()


class _Answer:
    """Counts what has come back since something was last sent."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._taken = 0

    def ask(self, sent: int) -> None:
        self._taken = 0

    def take(self, came: int) -> None:
        """Raise OSError once there is more than an answer may have."""
        self._taken += came
        if self._taken > self._max_bytes:
            raise OSError("the answer is too long")


async def _pour(source: asyncio.StreamReader, sink: asyncio.StreamWriter, passed: Callable[[int], None]) -> None:
    while piece := await source.read(_PIECE_BYTES):
        passed(len(piece))
        sink.write(piece)
        await sink.drain()


async def _until_one_ends(*pourings: Coroutine[None, None, None]) -> None:
    """Run both directions until one ends: TLS, which is all that goes through here, knows no half-open connection."""
    tasks = [asyncio.ensure_future(each) for each in pourings]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
