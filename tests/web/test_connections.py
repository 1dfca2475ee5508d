"""Slow, stalled, swarming and lying clients cost nobody else anything."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from aiohttp import web
from aiohttp.http_parser import HttpRequestParserPy

from syndicate.actions import tokens
from syndicate.app.server import require_compiled_parser
from syndicate.errors import ConfigurationError
from syndicate.web.connections import ConnectionLimits, Doorkeeper
from tests.web.wire import a_served_paper, no_address, read_all, served_app

GET = b"GET /healthz HTTP/1.1\r\nHost: paper\r\n\r\n"
CLOSING = b"GET /healthz HTTP/1.1\r\nHost: paper\r\nConnection: close\r\n\r\n"
SLOW_BODY = '[server]\nbody_timeout = "1s"\n'


def posting(length: int, body: bytes = b"") -> bytes:
    lines = [
        "POST /api/v1/articles HTTP/1.1",
        "Host: paper",
        "Authorization: Bearer {token}",
        f"Content-Length: {length}",
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body


async def seconds_until_closed(reader: asyncio.StreamReader) -> tuple[float, bytes]:
    loop = asyncio.get_running_loop()
    began = loop.time()
    data = await read_all(reader)
    return loop.time() - began, data


# --- slowness -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sent", [b"", b"GET /healthz HT", b"GET /healthz HTTP/1.1\r\nHost: paper\r\nX: "])
async def test_a_client_that_does_not_send_its_headers_is_cut_off(tmp_path: Path, sent: bytes) -> None:
    async with (
        a_served_paper(tmp_path, header_timeout=timedelta(seconds=1)) as served,
        served.connection() as (reader, writer),
    ):
        writer.write(sent)
        took, data = await seconds_until_closed(reader)
    assert 0.5 < took < 3
    assert b"200" not in data


async def test_headers_that_drip_are_cut_off_too(tmp_path: Path) -> None:
    async with (
        a_served_paper(tmp_path, header_timeout=timedelta(seconds=1)) as served,
        served.connection() as (reader, writer),
    ):

        async def drip() -> None:
            for byte in GET[:-2] + b"X-Slow: " + b"y" * 400:
                writer.write(bytes([byte]))
                await asyncio.sleep(0.05)

        dripping = asyncio.create_task(drip())
        took, _ = await seconds_until_closed(reader)
        dripping.cancel()
    assert took < 3


@pytest.mark.parametrize(("begin", "drips"), [(b"", False), (b'{"title"', False), (b'{"title"', True)])
async def test_a_body_that_does_not_arrive_is_answered_408_and_the_connection_closed(
    tmp_path: Path, begin: bytes, drips: bool
) -> None:
    async with a_served_paper(tmp_path, SLOW_BODY) as served:
        assert served.service is not None
        token = await tokens.create(served.service.office, "slow", frozenset({"write"}))
        async with served.connection() as (reader, writer):
            writer.write(posting(1_000, begin).replace(b"{token}", token.encode()))

            async def drip() -> None:
                while drips:
                    writer.write(b" ")
                    await asyncio.sleep(0.1)

            dripping = asyncio.create_task(drip())
            took, data = await seconds_until_closed(reader)
            dripping.cancel()
    assert data.startswith(b"HTTP/1.1 408 ")
    assert b'"code": "request_timeout"' in data
    assert 0.5 < took < 4


async def test_a_large_body_that_arrives_steadily_may_take_longer(tmp_path: Path) -> None:
    body = b'{"title":"x","summary":"' + b"y" * 600_000 + b'"}'
    async with a_served_paper(tmp_path, SLOW_BODY) as served:
        assert served.service is not None
        token = await tokens.create(served.service.office, "steady", frozenset({"write"}))
        async with served.connection() as (reader, writer):
            writer.write(posting(len(body)).replace(b"{token}", token.encode()))
            for start in range(0, len(body), 60_000):
                writer.write(body[start : start + 60_000])
                await asyncio.sleep(0.2)
            head = await reader.readuntil(b"\r\n")
    assert b"408" not in head


async def big(request: web.Request) -> web.Response:
    return web.Response(body=bytes(32 * 2**20))


async def test_a_reader_that_takes_nothing_of_its_answer_is_cut_off() -> None:
    app = web.Application()
    app.router.add_get("/big", big)
    async with (
        served_app(app, stall_timeout=timedelta(seconds=2)) as served,
        served.connection() as (reader, writer),
    ):
        # Nothing is read: the reader's own buffer fills and the socket's after it.
        writer.write(b"GET /big HTTP/1.1\r\nHost: paper\r\n\r\n")
        await asyncio.sleep(6)
        data = await read_all(reader)
    assert 0 < len(data) < 32 * 2**20


async def test_a_slow_reader_that_goes_on_reading_gets_everything() -> None:
    app = web.Application()
    app.router.add_get("/big", big)
    async with (
        served_app(app, stall_timeout=timedelta(seconds=2)) as served,
        served.connection() as (reader, writer),
    ):
        writer.write(b"GET /big HTTP/1.1\r\nHost: paper\r\nConnection: close\r\n\r\n")
        got = 0
        while part := await reader.read(2**20):
            got += len(part)
            await asyncio.sleep(0.01)
    assert got > 32 * 2**20


# --- swarms ---------------------------------------------------------------------------------------------------------


async def test_connections_beyond_the_limit_are_refused_and_those_within_are_served(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with a_served_paper(tmp_path, total=5) as served:
        held = [await asyncio.open_connection("127.0.0.1", served.port) for _ in range(5)]
        for reader, writer in held:
            writer.write(GET)
            assert (await reader.readuntil(b"\r\n")).startswith(b"HTTP/1.1 200")
        with caplog.at_level(logging.WARNING):
            for _ in range(100):
                answer = await served.say(b"")
                assert answer.startswith(b"HTTP/1.1 503 ")
                assert b"Retry-After" in answer
            await asyncio.sleep(2.5)
        assert [record.message for record in caplog.records].count("connections.refused") <= 2
        assert len(caplog.records) <= 2
        for reader, writer in held:
            writer.close()
            await writer.wait_closed()
            del reader
        await asyncio.sleep(0.1)
        assert (await served.say(CLOSING)).startswith(b"HTTP/1.1 200")


class Arriving:
    """A connection as far as the doorkeeper looks at it: never closed."""

    def get_extra_info(self, name: str) -> Any:
        return ("203.0.113.7", 40_000) if name == "peername" else self

    def fileno(self) -> int:
        return 7

    def get_write_buffer_size(self) -> int:
        return 0


def test_a_flood_is_told_in_one_line_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    limits = ConnectionLimits(total=1, per_address=1, stall_timeout=timedelta(seconds=30), is_exempt=no_address)
    keeper = Doorkeeper(asyncio.Protocol, limits)
    with caplog.at_level(logging.WARNING):
        for second in range(65):
            for _ in range(10):
                keeper.admit(cast("asyncio.Transport", Arriving()), now=float(second))
            keeper.sweep(now=float(second))
    assert keeper.number == 1
    assert [record.__dict__["refused"] for record in caplog.records] == [9, 600]


async def test_one_address_cannot_take_every_connection(tmp_path: Path) -> None:
    async with a_served_paper(tmp_path, per_address=3) as served:
        held = [await asyncio.open_connection("127.0.0.1", served.port) for _ in range(3)]
        assert (await served.say(CLOSING)).startswith(b"HTTP/1.1 503 ")
        # Another address of this machine is another client.
        reader, writer = await asyncio.open_connection("127.0.0.1", served.port, local_addr=("127.0.0.2", 0))
        writer.write(CLOSING)
        assert (await read_all(reader)).startswith(b"HTTP/1.1 200")
        for _, each in (*held, (reader, writer)):
            each.close()


async def test_a_proxy_may_have_as_many_as_there_are(tmp_path: Path) -> None:
    async with a_served_paper(tmp_path, per_address=1, is_exempt=lambda address: address == "127.0.0.1") as served:
        held = [await asyncio.open_connection("127.0.0.1", served.port) for _ in range(10)]
        assert (await served.say(CLOSING)).startswith(b"HTTP/1.1 200")
        for _, writer in held:
            writer.close()


# --- lies -----------------------------------------------------------------------------------------------------------

SMUGGLED = {
    "two lengths": b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: 5\r\n\r\nhello",
    "length and chunks": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n",
    "two hosts": b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "unknown coding": b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "space before the colon": b"GET / HTTP/1.1\r\nHost : a\r\n\r\n",
    "folded header": b"GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n 2\r\n\r\n",
    "a length that is no number": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\nhello",
    "a bare carriage return": b"GET / HTTP/1.1\r\nHost: a\r\nX: 1\rY: 2\r\n\r\n",
    "a NUL in a header": b"GET / HTTP/1.1\r\nHost: a\r\nX: \x00\r\n\r\n",
    "a header without end": b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"y" * 10_000 + b"\r\n\r\n",
    "too many headers": b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X: y\r\n" * 200 + b"\r\n",
    "another protocol": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
}  # fmt: skip


@pytest.mark.parametrize("name", SMUGGLED)
async def test_a_request_that_two_servers_could_read_differently_is_refused(tmp_path: Path, name: str) -> None:
    async with a_served_paper(tmp_path) as served:
        answer = await served.say(SMUGGLED[name])
    assert answer.startswith((b"HTTP/1.1 400 ", b"HTTP/1.0 400 ")), answer[:200]
    assert answer.count(b"HTTP/1.") == 1


async def test_a_request_that_is_no_http_costs_the_log_no_traceback(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with a_served_paper(tmp_path) as served:
        await served.say(SMUGGLED["a NUL in a header"])
    (record,) = [record for record in caplog.records if record.name == "aiohttp.server"]
    assert (record.levelno, record.getMessage(), record.exc_info) == (logging.INFO, "request.unreadable", None)


async def test_the_service_does_not_start_without_the_compiled_parser() -> None:
    require_compiled_parser()
    with pytest.raises(ConfigurationError):
        require_compiled_parser(HttpRequestParserPy)


# --- the end --------------------------------------------------------------------------------------------------------


async def test_a_stop_lets_requests_under_way_end_and_takes_no_more() -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow(request: web.Request) -> web.Response:
        begun.set()
        await go_on.wait()
        return web.Response(text="done")

    app = web.Application()
    app.router.add_get("/slow", slow)
    async with asyncio.timeout(10):
        async with served_app(app) as served:
            reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
            writer.write(b"GET /slow HTTP/1.1\r\nHost: paper\r\n\r\n")
            await begun.wait()
            asyncio.get_running_loop().call_later(0.5, go_on.set)
        answer = await read_all(reader)
        writer.close()
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert answer.endswith(b"done")
    with pytest.raises(ConnectionError):
        await asyncio.open_connection("127.0.0.1", served.port)
