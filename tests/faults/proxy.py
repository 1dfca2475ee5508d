"""A TCP proxy that fails at the exchange it is told to, whatever is spoken through it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum

CHUNK_BYTES = 64 * 1024
# Whoever sends nothing for so long has said all of it: TCP knows no requests.
QUIET_SECONDS = 0.1
CONNECTION_SECONDS = 120.0
MAX_CONNECTIONS = 64


class Fault(Enum):
    """What happens to one exchange: what the client says, and what the server says to it."""

    UNSENT = "read from the client, not passed on, and cut"
    HALF_SENT = "half of the client's first piece passed on, then cut"
    ABANDONED = "passed on, and cut from the client at once, while the server goes on"
    UNANSWERED = "passed on, and cut as the answer comes"
    HALF_ANSWERED = "half of the answer's first piece passed back, then cut"
    HALF_CLOSED = "the client is told the end instead of the answer, and may go on sending"
    LATE = "answered after a delay"


class _CutError(Exception):
    """The connection ends here."""


@dataclass
class Proxy:
    """A proxy under way at `port`. `faults` says what befalls the exchange with that number, counted from 1.

    An exchange begins when the client speaks, first or after the server has; `exchanges` is how many there were.
    `choose` is asked, where set, about every other exchange, and shown what it begins with.
    `abandoned` is how many exchanges the server is still busy with whose client was cut off.
    """

    port: int = 0
    faults: dict[int, Fault] = field(default_factory=dict)
    choose: Callable[[bytes], Fault | None] | None = None
    exchanges: int = 0
    abandoned: int = 0
    delay_seconds: float = 1.0

    def plan(self, faults: Mapping[int, Fault]) -> None:
        """Start counting anew, with other faults."""
        self.exchanges, self.faults = 0, dict(faults)

    def begin(self, data: bytes) -> Fault | None:
        self.exchanges += 1
        fault = self.faults.get(self.exchanges)
        return self.choose(data) if fault is None and self.choose is not None else fault


@dataclass(frozen=True)
class _End:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def pass_on(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()


@dataclass
class _Connection:
    """One client and its server: `fault` befalls the exchange under way, and `spoken`, the client may begin one."""

    proxy: Proxy
    client: _End
    server: _End
    fault: Fault | None = None
    spoken: bool = True

    async def run(self) -> None:
        async with asyncio.timeout(CONNECTION_SECONDS), asyncio.TaskGroup() as both:
            both.create_task(self._forth())
            both.create_task(self._back())

    async def _forth(self) -> None:
        while data := await self.client.reader.read(CHUNK_BYTES):
            if self.spoken:
                self.spoken, self.fault = False, self.proxy.begin(data)
            await self._send(data)
        # Whoever was cut off has hung up too; the server is not to notice.
        if self.fault is not Fault.ABANDONED:
            self.server.writer.write_eof()

    async def _send(self, data: bytes) -> None:
        match self.fault:
            case Fault.UNSENT:
                await _drained(self.client)
                raise _CutError
            case Fault.HALF_SENT:
                await self.server.pass_on(data[: len(data) // 2])
                raise _CutError
            case Fault.ABANDONED:
                await self._abandon(data)
            case _:
                await self.server.pass_on(data)

    async def _abandon(self, data: bytes) -> None:
        rest = await _drained(self.client)
        self.proxy.abandoned += 1
        await self.server.pass_on(data + rest)
        self.client.writer.transport.abort()

    async def _back(self) -> None:
        while data := await self.server.reader.read(CHUNK_BYTES):
            await self._answer(data)
            self.spoken = True
        raise _CutError

    async def _answer(self, data: bytes) -> None:
        match self.fault:
            case Fault.ABANDONED:
                self.proxy.abandoned -= 1
                raise _CutError
            case Fault.UNANSWERED:
                raise _CutError
            case Fault.HALF_ANSWERED:
                await self.client.pass_on(data[: len(data) // 2])
                raise _CutError
            case Fault.HALF_CLOSED:
                self.client.writer.write_eof()
                await asyncio.sleep(QUIET_SECONDS)
                raise _CutError
            case Fault.LATE:
                self.fault = None
                await asyncio.sleep(self.proxy.delay_seconds)
        await self.client.pass_on(data)


async def _drained(end: _End) -> bytes:
    """Read on until nothing comes for a moment."""
    read = b""
    with suppress(TimeoutError):
        while data := await asyncio.wait_for(end.reader.read(CHUNK_BYTES), QUIET_SECONDS):
            read += data
    return read


@asynccontextmanager
async def a_proxy(port: int, faults: Mapping[int, Fault] | None = None) -> AsyncIterator[Proxy]:
    """Stand before a port of this machine until the block ends."""
    proxy, under_way = Proxy(faults=dict(faults or {})), set[asyncio.Task[None]]()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(under_way) >= MAX_CONNECTIONS:
            return writer.transport.abort()
        task = asyncio.create_task(_serve(proxy, _End(reader, writer), port))
        under_way.add(task)
        return task.add_done_callback(under_way.discard)

    listening = await asyncio.start_server(connected, "127.0.0.1", 0)
    proxy.port = listening.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        listening.close()
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)


async def _serve(proxy: Proxy, client: _End, port: int) -> None:
    ends = [client]
    try:
        server = _End(*await asyncio.open_connection("127.0.0.1", port))
        ends.append(server)
        await _Connection(proxy, client, server).run()
    except* (_CutError, OSError, TimeoutError):
        pass
    finally:
        for end in ends:
            end.writer.close()
