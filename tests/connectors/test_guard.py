"""No spelling of a forbidden address, and no trick with names, reaches a server."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence

import pytest

from syndicate.net.client import Client
from syndicate.net.exchange import Answer, Failure, FailureKind, Fetched
from syndicate.net.guard import AddrInfo, Guard, is_local
from syndicate.policy.addresses import Refusal, parse_network
from tests.connectors.conftest import LOOPBACK, QUICK
from tests.connectors.partners import answering, partner

NAME = "http://paper.example"
SPELLINGS = [
    "127.0.0.1",
    "127.0.0.1.",
    "127.1",
    "127.0.1",
    "2130706433",
    "0x7f000001",
    "0x7f.0.0.1",
    "0177.0.0.1",
    "017700000001",
    "0",
    "0.0.0.0",
    "127.0.0.2",
    "①②⑦.⓪.⓪.①",
    "127。0。0。1",
    "127.0.0.1%00.example",
    "localhost",
    "LOCALHOST",
    "localhost.",
    "user@127.0.0.1",
    "user:pass@127.0.0.1",
    "example.org@127.0.0.1",
    "127.0.0.1#@example.org",
    "[::1]",
    "[::1%25lo]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::127.0.0.1]",
    "[0:0:0:0:0:0:0:1]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
    "[2001:0:7f00:1::]",
    "[fe80::1]",
]


def infos(*ips: str) -> list[AddrInfo]:
    families = [socket.AF_INET6 if ":" in ip else socket.AF_INET for ip in ips]
    return [(family, socket.SOCK_STREAM, 6, "", (ip, 0)) for family, ip in zip(families, ips, strict=True)]


def urls(host: str, port: int) -> str:
    return f"http://{host.replace('#', f':{port}#')}" if "#" in host else f"http://{host}:{port}/in"


@pytest.mark.parametrize("host", SPELLINGS)
async def test_no_spelling_of_loopback_reaches_a_server(host: str) -> None:
    async with partner(answering(200)) as canary:
        async with Client(Guard(ports={canary.port}), base_url=NAME, timeouts=QUICK) as client:
            posted = await client.post(urls(host, canary.port), body=b"", headers={})
            fetched = await client.get(urls(host, canary.port), headers={})
        assert canary.connections == 0
    assert isinstance(posted, Failure)
    assert isinstance(fetched, Failure)
    assert not posted.began


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1.", "localhost", "①②⑦.⓪.⓪.①", "[::ffff:127.0.0.1]"])
async def test_the_same_spellings_reach_it_once_loopback_is_opened(host: str, client: Client) -> None:
    async with partner(answering(200)) as canary:
        assert isinstance(await client.post(urls(host, canary.port), body=b"", headers={}), Answer)
        assert canary.connections == 1


async def test_ipv6_loopback_is_not_reached() -> None:
    async with partner(answering(200), host="::1") as canary:
        async with Client(Guard(ports={canary.port}), base_url=NAME, timeouts=QUICK) as client:
            found = await client.get(canary.at("[::1]"), headers={})
        assert canary.connections == 0
    assert isinstance(found, Failure)
    assert found.kind is FailureKind.BLOCKED


@pytest.mark.parametrize(
    "url",
    [
        "gopher://127.0.0.1:6379/_x",
        "file:///etc/passwd",
        "ftp://example.org/",
        "//example.org/",
        "http:///in",
        "http://",
        "",
        "http://[::1/",
        "http://example.org:99999/",
        "http://exa mple.org/",
        "javascript:alert(1)",
    ],
)
async def test_an_address_that_is_not_of_the_web_is_refused(url: str, client: Client) -> None:
    found = await client.get(url, headers={})
    assert isinstance(found, Failure)
    assert (found.kind, found.began) == (FailureKind.BLOCKED, False)


async def test_a_refused_address_is_not_repeated(client: Client) -> None:
    found = await client.get("http://sara:s3cret@x\u2100.example/", headers={})
    assert "s3cret" not in repr(found)


async def test_line_ends_in_an_address_begin_no_second_request(client: Client) -> None:
    async with partner(answering(200)) as server:
        await client.post(server.at("127.0.0.1", "/in\r\nX-Evil: 1\r\n\r\nGET /evil HTTP/1.1"), body=b"", headers={})
        assert [b"\r\nX-Evil" in request.head for request in server.requests] == [False]


async def test_a_name_that_changes_its_address_never_leads_to_a_forbidden_one() -> None:
    """DNS rebinding: every other answer names the canary, the rest an address that is allowed."""
    answers = ["127.0.0.2", "127.0.0.1"]
    asked: list[str] = []

    def rebinding(host: str, port: int) -> Sequence[AddrInfo]:
        asked.append(host)
        return infos(answers[len(asked) % 2])

    guard = Guard(allow_private=[parse_network("127.0.0.2/32")])
    async with (
        partner(answering(200)) as canary,
        partner(answering(200), host="127.0.0.2", port=canary.port) as open_one,
    ):
        async with Client(guard, base_url=NAME, timeouts=QUICK, lookup=rebinding) as client:
            for number in range(200):
                await client.post(f"http://n{number}.example:{canary.port}/", body=b"", headers={})
        assert len(asked) == 200
        assert canary.connections == 0
        assert open_one.connections == 100


async def test_of_a_name_with_mixed_addresses_only_the_allowed_ones_are_called() -> None:
    guard = Guard(allow_private=[parse_network("127.0.0.2/32")])
    async with (
        partner(answering(200)) as canary,
        partner(answering(200), host="127.0.0.2", port=canary.port) as open_one,
    ):
        mixed = infos("127.0.0.1", "10.0.0.1", "127.0.0.2")
        async with Client(guard, base_url=NAME, timeouts=QUICK, lookup=lambda *_: mixed) as client:
            found = await client.post(f"http://mixed.example:{canary.port}/", body=b"", headers={})
        assert isinstance(found, Answer)
        assert (canary.connections, open_one.connections) == (0, 1)


async def test_a_forbidden_address_beside_one_that_is_down_does_not_make_it_blocked_for_good() -> None:
    guard = Guard(allow_private=[parse_network("127.0.0.2/32")])
    async with partner(answering(200)) as canary:
        mixed = infos("127.0.0.2", "127.0.0.1")
        async with Client(guard, base_url=NAME, timeouts=QUICK, lookup=lambda *_: mixed) as client:
            found = await client.post(f"http://mixed.example:{canary.port}/", body=b"", headers={})
        assert canary.connections == 0
    assert found == Failure(FailureKind.REFUSED, "connection refused", began=False)


async def test_a_name_without_any_allowed_address_is_blocked_for_good() -> None:
    async with Client(Guard(), base_url=NAME, lookup=lambda *_: infos("10.0.0.1", "fd00::1")) as client:
        found = await client.post("http://inside.example/", body=b"", headers={})
    assert found == Failure(FailureKind.BLOCKED, str(Refusal.NOT_PUBLIC), began=False)


async def test_a_name_whose_addresses_are_forbidden_for_different_reasons_is_blocked_for_good() -> None:
    async with Client(Guard(), base_url=NAME, lookup=lambda *_: infos("10.0.0.1", "93.184.215.14")) as client:
        found = await client.post("http://mail.example:25/", body=b"", headers={})
    assert isinstance(found, Failure)
    assert found.kind is FailureKind.BLOCKED


async def test_a_name_that_does_not_resolve_is_told_apart() -> None:
    def unknown(host: str, port: int) -> Sequence[AddrInfo]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    async with Client(Guard(), base_url=NAME, lookup=unknown) as client:
        found = await client.post("http://nowhere.example/", body=b"", headers={})
    assert found == Failure(FailureKind.DNS, "the host name cannot be resolved", began=False)


@pytest.mark.parametrize("host", ["a..b.example", "a" * 64 + ".example"])
async def test_a_name_that_cannot_be_a_name_is_a_failure_too(host: str, client: Client) -> None:
    found = await client.post(f"http://{host}/", body=b"", headers={})
    assert isinstance(found, Failure)
    assert not found.began


async def test_a_silent_name_server_is_given_up_and_holds_nobody_up() -> None:
    release = asyncio.Event()
    loop = asyncio.get_running_loop()

    def hanging(host: str, port: int) -> Sequence[AddrInfo]:
        asyncio.run_coroutine_threadsafe(release.wait(), loop).result()
        return infos("127.0.0.1")

    async with asyncio.timeout(5):
        async with Client(Guard(allow_private=LOOPBACK), base_url=NAME, timeouts=QUICK, lookup=hanging) as client:
            found = await client.post("http://hung.example/", body=b"", headers={})
        release.set()
    assert isinstance(found, Failure)
    assert not found.began


async def test_the_environments_proxy_is_not_used(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    async with partner(answering(200)) as proxy, partner(answering(200)) as server:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        assert isinstance(await client.post(server.url, body=b"", headers={}), Answer)
        assert (proxy.connections, server.connections) == (0, 1)


async def test_the_service_does_not_call_itself_even_in_an_opened_network() -> None:
    async with partner(answering(200)) as ourselves:
        guard = Guard(allow_private=LOOPBACK, base_url=f"http://localhost:{ourselves.port}/")
        async with Client(guard, base_url=NAME, timeouts=QUICK) as client:
            for host in ("localhost", "LOCALHOST.", "127.0.0.1", "[::ffff:127.0.0.1]"):
                found = await client.get(urls(host, ourselves.port), headers={})
                assert found == Failure(FailureKind.BLOCKED, str(Refusal.OWN), began=False)
        assert ourselves.connections == 0


async def test_the_service_does_not_call_its_own_name_wherever_that_leads() -> None:
    guard = Guard(base_url="https://paper.example/")
    async with Client(guard, base_url=NAME, lookup=lambda *_: infos("93.184.215.14")) as client:
        for url in ("https://paper.example/in", "https://PAPER.example.:443/"):
            assert await client.get(url, headers={}) == Failure(FailureKind.BLOCKED, str(Refusal.OWN), began=False)
    assert guard.judge_url("https://paper.example:8443/") is None


async def test_a_neighbour_on_another_port_may_be_called() -> None:
    async with partner(answering(200)) as ourselves, partner(answering(200)) as neighbour:
        guard = Guard(allow_private=LOOPBACK, base_url=ourselves.url)
        async with Client(guard, base_url=NAME, timeouts=QUICK) as client:
            assert isinstance(await client.get(neighbour.url, headers={}), Fetched)


def test_an_address_of_this_machine_is_its_own_though_it_were_public() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            pytest.skip("this machine has no interface but loopback")
        ip = probe.getsockname()[0]
    assert Guard(local=lambda ip: ip == "93.184.215.14").judge("93.184.215.14", 443) is Refusal.OWN
    assert is_local(ip)
    assert not is_local("192.0.2.1")


@pytest.mark.parametrize(
    ("url", "safe"),
    [("https://gazette.example/", True), ("http://127.0.0.1:1/", True), ("http://localhost/", True)],
)
async def test_credentials_go_over_tls_or_into_an_opened_network(url: str, safe: bool, client: Client) -> None:
    assert await client.may_carry_secrets(url) is safe


@pytest.mark.parametrize("ips", [["93.184.215.14"], ["127.0.0.1", "93.184.215.14"], []])
async def test_credentials_do_not_go_in_the_clear_to_a_public_address(ips: list[str]) -> None:
    async with Client(Guard(allow_private=LOOPBACK), base_url=NAME, lookup=lambda *_: infos(*ips)) as client:
        assert not await client.may_carry_secrets("http://gazette.example/")
