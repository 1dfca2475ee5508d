"""The gate for libraries that dial by themselves: for those who have its password, to where the guard allows."""

from __future__ import annotations

import asyncio
import base64
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import pytest

from syndicate.net.dialer import Dialer
from syndicate.net.gate import Gate
from syndicate.net.guard import Guard
from tests.connectors.conftest import LOOPBACK


class Echo:
    """A server that says back what it is told; `connections` made so far."""

    def __init__(self) -> None:
        self.connections = 0
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        while piece := await reader.read(1024):
            writer.write(piece)
        writer.close()


@pytest.fixture
async def echo() -> AsyncIterator[Echo]:
    made = Echo()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    yield made
    server.close()


@asynccontextmanager
async def a_gate(*ports: int, private: bool = True) -> AsyncIterator[Gate]:
    gate = Gate(Dialer(Guard(allow_private=LOOPBACK if private else ())), ports)
    await gate.open()
    yield gate
    await gate.aclose()


async def ask(
    gate: Gate, line: str, password: str | None = None
) -> tuple[bytes, asyncio.StreamReader, asyncio.StreamWriter]:
    """Send a request head; return the answer's status line, and the connection."""
    parts = urlsplit(gate.url)
    reader, writer = await asyncio.open_connection("127.0.0.1", parts.port or 0)
    known = base64.b64encode(f"gate:{password or parts.password}".encode()).decode()
    writer.write(f"{line}\r\nHost: x\r\nProxy-Authorization: Basic {known}\r\n\r\n".encode())
    head = await reader.readuntil(b"\r\n\r\n")
    return head.split(b" ")[1], reader, writer


async def test_it_leads_to_where_the_guard_allows(echo: Echo) -> None:
    async with a_gate(echo.port) as gate:
        status, reader, writer = await ask(gate, f"CONNECT 127.0.0.1:{echo.port} HTTP/1.1")
        assert status == b"200"
        writer.write(b"over and back")
        assert await reader.readexactly(13) == b"over and back"
        writer.close()


async def test_a_forbidden_address_is_not_dialled(echo: Echo) -> None:
    async with a_gate(echo.port, private=False) as gate:
        assert (await ask(gate, f"CONNECT 127.0.0.1:{echo.port} HTTP/1.1"))[0] == b"502"
    assert echo.connections == 0


async def test_a_port_that_nobody_named_is_not_dialled(echo: Echo) -> None:
    async with a_gate(443) as gate:
        assert (await ask(gate, f"CONNECT 127.0.0.1:{echo.port} HTTP/1.1"))[0] == b"502"
    assert echo.connections == 0


async def test_without_the_password_it_does_nothing(echo: Echo) -> None:
    async with a_gate(echo.port) as gate:
        assert (await ask(gate, f"CONNECT 127.0.0.1:{echo.port} HTTP/1.1", "guessed"))[0] == b"403"
    assert echo.connections == 0


@pytest.mark.parametrize("line", ["GET http://127.0.0.1:{port}/ HTTP/1.1", "CONNECT ä:1 HTTP/1.1", "nonsense"])
async def test_it_knows_nothing_but_connect(echo: Echo, line: str) -> None:
    async with a_gate(echo.port) as gate:
        assert (await ask(gate, line.format(port=echo.port)))[0] == b"403"
    assert echo.connections == 0


async def test_closing_it_ends_its_tunnels(echo: Echo) -> None:
    async with a_gate(echo.port) as gate:
        _, reader, writer = await ask(gate, f"CONNECT 127.0.0.1:{echo.port} HTTP/1.1")
        await gate.aclose()
        assert await reader.read() == b""
        writer.close()


async def test_an_answer_without_an_end_is_cut(echo: Echo) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(1024):
            with contextlib.suppress(OSError):
                for _ in range(8):
                    writer.write(bytes(8_192))
                    await writer.drain()
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    for limit, whole in ((100_000, True), (60_000, False)):
        gate = Gate(Dialer(Guard(allow_private=LOOPBACK)), {port}, max_answer_bytes=limit)
        await gate.open()
        _, reader, writer = await ask(gate, f"CONNECT 127.0.0.1:{port} HTTP/1.1")
        taken = 0
        with contextlib.suppress(asyncio.IncompleteReadError, OSError):
            for _ in range(3):  # Each answer is counted by itself.
                writer.write(b"?")
                taken += len(await reader.readexactly(8 * 8_192))
        assert taken == (3 * 8 * 8_192 if whole else 0)
        writer.close()
        await gate.aclose()
    server.close()
