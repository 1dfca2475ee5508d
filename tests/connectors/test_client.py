"""Requests: what is sent, what comes back, and when a server may have got it."""

from __future__ import annotations

import asyncio
import gzip
import ssl
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syndicate import __version__
from syndicate.net.client import Client
from syndicate.net.exchange import Answer, Failure, FailureKind, Timeouts
from syndicate.net.guard import Guard
from tests.connectors.conftest import LOOPBACK, QUICK
from tests.connectors.partners import (
    DRIPPING_BODY,
    TEN_GIGABYTES,
    Behaviour,
    Partner,
    answering,
    dropping,
    partner,
    sending,
    silent,
)

NAME = "http://paper.example"
# Self-signed for the name localhost, valid for a century; made for these tests alone.
CERTIFICATE = Path(__file__).with_name("localhost.pem")


@pytest.fixture
async def server() -> AsyncIterator[Partner]:
    async with partner(answering(200, b"ok", X_Answer="yes")) as running:
        yield running


async def test_the_bytes_and_headers_arrive_as_given(client: Client, server: Partner) -> None:
    answer = await client.post(server.url, body=b"\x00\xffbody", headers={"Content-Type": "text/x", "X-A": "b"})
    assert isinstance(answer, Answer)
    assert (answer.status, answer.body_start, answer.complete, answer.headers["x-answer"]) == (200, b"ok", True, "yes")
    sent = server.requests[0]
    assert (sent.method, sent.body, sent.headers["content-type"], sent.headers["x-a"]) == (
        "POST",
        b"\x00\xffbody",
        "text/x",
        "b",
    )


async def test_requests_name_the_software_and_its_site(client: Client, server: Partner) -> None:
    await client.post(server.url, body=b"", headers={})
    assert server.requests[0].headers["user-agent"] == f"syndicate/{__version__} (+http://127.0.0.1:9)"


async def test_a_signed_query_arrives_byte_for_byte(client: Client, server: Partner) -> None:
    await client.post(server.at("127.0.0.1", "/a%2Fb?sig=a%2Bb%7E~%20c&x=%E2%82%AC"), body=b"", headers={})
    assert server.requests[0].target == "/a%2Fb?sig=a%2Bb%7E~%20c&x=%E2%82%AC"


async def test_one_connection_serves_request_after_request(client: Client, server: Partner) -> None:
    for _ in range(5):
        await client.post(server.url, body=b"x", headers={})
    assert (server.connections, len(server.requests)) == (1, 5)


async def test_other_methods_are_sent_alike(client: Client, server: Partner) -> None:
    assert isinstance(await client.send("DELETE", server.url, body=None, headers={}), Answer)
    assert server.requests[0].method == "DELETE"


@pytest.mark.parametrize(("size", "complete"), [(65_536, True), (65_537, False), (200_000, False)])
async def test_of_an_answer_64_kibibytes_are_read_and_a_longer_one_ends_the_connection(
    client: Client, size: int, complete: bool
) -> None:
    async with partner(answering(200, b"x" * size)) as server:
        answer = await client.post(server.url, body=b"", headers={})
        assert isinstance(answer, Answer)
        assert (len(answer.body_start), answer.complete) == (min(size, 65_536), complete)
        await client.post(server.url, body=b"", headers={})
        assert server.connections == (2 if size == 200_000 else 1)


async def test_a_status_counts_though_its_body_never_ends(client: Client) -> None:
    async with partner(DRIPPING_BODY) as server, asyncio.timeout(3):
        answer = await client.post(server.url, body=b"", headers={})
    assert isinstance(answer, Answer)
    assert (answer.status, answer.complete) == (200, False)
    assert answer.elapsed < timedelta(seconds=2)


async def test_an_answer_of_ten_gigabytes_is_left_after_its_start(client: Client) -> None:
    async with partner(TEN_GIGABYTES) as server, asyncio.timeout(3):
        answer = await client.post(server.url, body=b"", headers={})
    assert isinstance(answer, Answer)
    assert len(answer.body_start) == 65_536


@pytest.mark.parametrize(
    ("behaviour", "kind"),
    [
        (silent, FailureKind.TIMEOUT),
        (dropping, FailureKind.RESET),
        (sending(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"), FailureKind.PROTOCOL),
        (sending(b"nonsense\r\n\r\n"), FailureKind.PROTOCOL),
        (sending(b"HTTP/1.1 200 OK\r\n" + b"X: " + b"x" * 100_000 + b"\r\n\r\n"), FailureKind.PROTOCOL),
    ],
)
async def test_after_the_request_is_out_the_server_may_have_it(
    client: Client, behaviour: Behaviour, kind: FailureKind
) -> None:
    async with partner(behaviour) as server:
        failure = await client.post(server.url, body=b"x", headers={})
    assert isinstance(failure, Failure)
    assert (failure.kind, failure.began) == (kind, True)


async def test_a_server_that_accepts_no_connection_certainly_has_nothing(client: Client) -> None:
    async with partner(silent) as server:
        url = server.url
    assert await client.post(url, body=b"", headers={}) == Failure(
        FailureKind.REFUSED, "connection refused", began=False
    )


async def test_a_handshake_that_hangs_ends_in_time_and_the_server_has_nothing(client: Client) -> None:
    async with partner(silent) as server, asyncio.timeout(3):
        failure = await client.post(server.url.replace("http:", "https:"), body=b"", headers={})
    assert isinstance(failure, Failure)
    assert (failure.kind, failure.began) == (FailureKind.TIMEOUT, False)


@pytest.mark.parametrize(
    "headers", [{"X": "a\r\nY: b"}, {"X\r\nY": "b"}, {"X Y": "b"}, {"": "b"}, {"X": "\x00"}, {"X": "\udcff"}]
)
async def test_a_header_that_would_begin_another_line_is_not_sent(
    client: Client, server: Partner, headers: dict[str, str]
) -> None:
    failure = await client.post(server.url, body=b"", headers=headers)
    assert isinstance(failure, Failure)
    assert (failure.began, server.connections) == (False, 0)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(name=st.text(max_size=12), value=st.text(max_size=30))
def test_no_text_adds_a_line_to_a_request(name: str, value: str) -> None:
    headers = {"X-Token": value, f"X-{name}": value}

    async def send() -> list[bytes]:
        async with partner(answering(200)) as server, a_client() as client:
            await client.post(server.url, body=b"", headers=headers)
            return [request.head for request in server.requests]

    # The request's own lines are the first, Host, User-Agent, two Accepts, two about the content, and the empty one.
    assert all(head.count(b"\r\n") == len(headers) + 8 for head in asyncio.run(send()))


def a_client(*, tls: ssl.SSLContext | None = None, timeouts: Timeouts = QUICK) -> Client:
    return Client(Guard(allow_private=LOOPBACK), base_url=NAME, timeouts=timeouts, tls=tls)


def server_tls() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    return context


async def test_a_certificate_nobody_vouches_for_is_refused() -> None:
    async with partner(answering(200), tls=server_tls()) as server, a_client() as client:
        failure = await client.post(server.at("localhost"), body=b"", headers={})
        assert server.requests == []
    assert isinstance(failure, Failure)
    assert (failure.kind, failure.began) == (FailureKind.TLS, False)
    assert "self" in failure.detail


async def test_a_trusted_certificate_of_another_name_is_refused() -> None:
    trusting = ssl.create_default_context(cafile=str(CERTIFICATE))
    async with partner(answering(200), tls=server_tls()) as server, a_client(tls=trusting) as client:
        assert isinstance(await client.post(server.at("localhost"), body=b"", headers={}), Answer)
        failure = await client.post(server.at("127.0.0.1"), body=b"", headers={})
    assert isinstance(failure, Failure)
    assert failure.kind is FailureKind.TLS


async def test_plain_text_where_tls_was_promised_is_refused(client: Client, server: Partner) -> None:
    failure = await client.post(server.url.replace("http:", "https:"), body=b"", headers={})
    assert isinstance(failure, Failure)
    assert not failure.began


async def test_failures_name_no_address(client: Client) -> None:
    async with partner(silent) as server:
        failure = await client.post(server.url + "?token=s3cret", body=b"", headers={})
    assert "s3cret" not in repr(failure)
    assert "127.0.0.1" not in repr(failure)


async def test_an_answer_is_asked_for_uncompressed(client: Client) -> None:
    async with partner(answering(200, gzip.compress(b"x" * 10**6), Content_Encoding="gzip")) as server:
        answer = await client.post(server.url, body=b"", headers={})
        assert server.requests[0].headers["accept-encoding"] == "identity"
    assert isinstance(answer, Answer)
    assert answer.body_start[:2] == b"\x1f\x8b"
