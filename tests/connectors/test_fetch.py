"""Fetching documents: redirects, sizes, codings."""

from __future__ import annotations

import asyncio
import gzip
import time
import zlib
from collections.abc import Callable
from datetime import timedelta

import brotli
import pytest

from syndicate.net.client import Client
from syndicate.net.exchange import Failure, FailureKind, Fetched
from syndicate.net.guard import Guard
from syndicate.net.redirects import next_hop
from syndicate.policy.addresses import parse_network
from tests.connectors.conftest import QUICK
from tests.connectors.partners import (
    ENDLESS_CHUNKS,
    TEN_GIGABYTES,
    Behaviour,
    Request,
    answering,
    by_target,
    dripping,
    partner,
    sending,
    silent,
)

FEED = b"<feed/>" * 1000


async def test_a_document_comes_with_its_status_and_headers(client: Client) -> None:
    async with partner(answering(200, FEED, ETag='"1"')) as server:
        found = await client.get(server.url, headers={"If-None-Match": '"0"'})
        assert server.requests[0].headers["if-none-match"] == '"0"'
        assert isinstance(found, Fetched)
        assert (found.url, found.status, found.headers["etag"], found.body) == (server.url, 200, '"1"', FEED)


@pytest.mark.parametrize("status", [204, 304, 404, 500])
async def test_any_status_is_the_callers_to_judge(client: Client, status: int) -> None:
    async with partner(answering(status)) as server:
        found = await client.get(server.url, headers={})
    assert isinstance(found, Fetched)
    assert found.status == status


def _raw_deflate(body: bytes) -> bytes:
    compressor = zlib.compressobj(wbits=-15)
    return compressor.compress(body) + compressor.flush()


@pytest.mark.parametrize(
    ("coding", "compress"),
    [
        ("gzip", gzip.compress),
        ("x-gzip", gzip.compress),
        ("GZIP", gzip.compress),
        ("gzip", lambda body: gzip.compress(body[:100]) + gzip.compress(body[100:]) + b"\x00" * 8),
        ("deflate", zlib.compress),
        ("deflate", _raw_deflate),
        ("br", brotli.compress),
        ("identity", bytes),
    ],
)
async def test_a_compressed_document_is_inflated(
    client: Client, coding: str, compress: Callable[[bytes], bytes]
) -> None:
    async with partner(answering(200, compress(FEED), Content_Encoding=coding)) as server:
        found = await client.get(server.url, headers={})
    assert isinstance(found, Fetched)
    assert found.body == FEED


@pytest.mark.parametrize(
    ("coding", "wire"),
    [
        ("gzip", FEED),
        ("gzip", gzip.compress(FEED)[:-4]),
        ("gzip", gzip.compress(b"") * 1000),
        ("deflate", FEED),
        ("deflate", zlib.compress(FEED)[:-4]),
        ("br", FEED),
        ("br", brotli.compress(FEED)[:-1]),
        ("zstd", FEED),
        ("gzip, gzip", gzip.compress(gzip.compress(FEED))),
    ],
    # Not by value: gzip writes the time into it, so that two workers would name the test differently.
    ids=range(9),
)
async def test_a_broken_or_unknown_coding_is_a_failure(client: Client, coding: str, wire: bytes) -> None:
    async with partner(answering(200, wire, Content_Encoding=coding)) as server:
        found = await client.get(server.url, headers={})
    assert isinstance(found, Failure)
    assert found.kind is FailureKind.PROTOCOL


@pytest.mark.parametrize(
    ("coding", "compress"), [("gzip", gzip.compress), ("deflate", zlib.compress), ("br", brotli.compress)]
)
async def test_a_bomb_is_defused_at_the_limit(client: Client, coding: str, compress: Callable[[bytes], bytes]) -> None:
    bomb = compress(b"\x00" * 100_000_000)
    async with partner(answering(200, bomb, Content_Encoding=coding)) as server:
        started = time.process_time()
        found = await client.get(server.url, headers={}, max_inflated_bytes=1_000_000)
    assert isinstance(found, Failure)
    assert found.kind is FailureKind.TOO_LARGE
    assert time.process_time() - started < 0.5


@pytest.mark.parametrize(("limit", "fits"), [(7_000, True), (6_999, False)])
async def test_the_limits_are_exact(client: Client, limit: int, fits: bool) -> None:
    async with (
        partner(answering(200, FEED)) as plain,
        partner(answering(200, gzip.compress(FEED), Content_Encoding="gzip")) as compressed,
    ):
        for found in (
            await client.get(plain.url, headers={}, max_wire_bytes=limit),
            await client.get(plain.url, headers={}, max_inflated_bytes=limit),
            await client.get(compressed.url, headers={}, max_inflated_bytes=limit),
        ):
            assert isinstance(found, Fetched if fits else Failure)


@pytest.mark.parametrize("behaviour", [TEN_GIGABYTES, ENDLESS_CHUNKS], ids=["announced", "chunked"])
async def test_a_document_that_is_too_large_on_the_wire_is_left(client: Client, behaviour: Behaviour) -> None:
    async with partner(behaviour) as server, asyncio.timeout(5):
        found = await client.get(server.url, headers={})
    assert isinstance(found, Failure)
    assert found.kind is FailureKind.TOO_LARGE


@pytest.mark.parametrize(
    "behaviour",
    [silent, dripping(b"HTTP/1.1 200 OK\r\n\r\n"), dripping(b"HTTP/1.1 200 OK\r\nX: ")],
    ids=["silence", "body", "head"],
)
async def test_a_slow_server_costs_no_more_than_the_total(client: Client, behaviour: Behaviour) -> None:
    async with partner(behaviour) as server, asyncio.timeout(3):
        found = await client.get(server.url, headers={}, total=timedelta(seconds=0.3))
    assert isinstance(found, Failure)
    assert found.kind is FailureKind.TIMEOUT


async def test_a_document_that_breaks_off_is_a_failure(client: Client) -> None:
    async def cut(writer: asyncio.StreamWriter, request: Request) -> None:
        await sending(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n<feed>")(writer, request)
        raise ConnectionAbortedError

    async with partner(cut) as server:
        assert isinstance(await client.get(server.url, headers={}), Failure)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_followed_and_the_new_address_told(client: Client, status: int) -> None:
    hops = {"/in": answering(status, Location="next?a=1"), "/next?a=1": answering(200, FEED)}
    async with partner(by_target(hops)) as server:
        found = await client.get(server.url, headers={})
        assert isinstance(found, Fetched)
        assert (found.url, found.body) == (server.at("127.0.0.1", "/next?a=1"), FEED)


async def test_redirects_end_somewhere(client: Client) -> None:
    async with partner(answering(302, Location="/in")) as server:
        found = await client.get(server.url, headers={}, redirects=3)
        assert len(server.requests) == 4
    assert isinstance(found, Failure)
    assert found.kind is FailureKind.PROTOCOL


async def test_every_hop_passes_the_gate() -> None:
    """The first server stands where it may be called, the one it points at does not."""
    async with partner(answering(200)) as canary:
        lure = answering(302, Location=f"http://127.0.0.1:{canary.port}/latest/meta-data/")
        async with partner(lure, host="127.0.0.2") as first:
            guard = Guard(allow_private=[parse_network("127.0.0.2/32")], ports={canary.port})
            async with Client(guard, base_url="http://paper.example", timeouts=QUICK) as client:
                found = await client.get(first.url, headers={})
            assert (len(first.requests), canary.connections) == (1, 0)
    assert isinstance(found, Failure)
    assert found.kind is FailureKind.BLOCKED


@pytest.mark.parametrize(
    "location", ["ftp://example.org/", "file:///etc/passwd", "http://[::1/", "javascript:x", "http://a@b/"]
)
async def test_a_redirect_to_no_web_address_is_refused(client: Client, location: str) -> None:
    async with partner(answering(302, Location=location)) as server:
        found = await client.get(server.url, headers={})
    assert isinstance(found, Failure)
    assert found.kind is FailureKind.BLOCKED


async def test_a_redirect_without_an_address_is_an_answer(client: Client) -> None:
    async with partner(answering(302)) as server:
        found = await client.get(server.url, headers={})
    assert isinstance(found, Fetched)
    assert found.status == 302


async def test_credentials_stay_with_the_site_they_are_for(client: Client) -> None:
    credentials = {"Authorization": "Bearer s3cret", "X-Api-Key": "s3cret", "If-None-Match": '"1"'}
    async with partner(answering(200)) as elsewhere:
        hops = {"/in": answering(302, Location="/here"), "/here": answering(302, Location=elsewhere.url)}
        async with partner(by_target(hops)) as server:
            await client.get(server.url, headers=credentials)
            assert server.requests[1].headers["authorization"] == "Bearer s3cret"
        assert b"s3cret" not in elsewhere.requests[0].head
        assert elsewhere.requests[0].headers["if-none-match"] == '"1"'


@pytest.mark.parametrize(
    ("start", "location", "leads_to"),
    [
        ("https://a.example/x", "http://a.example/y", None),
        ("https://a.example/x", "//b.example/y", "https://b.example/y"),
        ("http://a.example/x", "https://a.example/y", "https://a.example/y"),
        ("http://a.example/x", "http://b.example/y", "http://b.example/y"),
    ],
)
def test_a_redirect_never_leaves_tls(start: str, location: str, leads_to: str | None) -> None:
    target = next_hop(Fetched(start, 302, {"Location": location}, b""))
    assert target == (leads_to or Failure(FailureKind.BLOCKED, "a redirect leaves TLS", began=True))
