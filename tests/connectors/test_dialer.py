"""Connections for protocols other than HTTP pass the same gate."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from syndicate.net.dialer import Dialer
from syndicate.net.guard import AddrInfo, BlockedError, Guard
from tests.connectors.conftest import LOOPBACK
from tests.connectors.partners import Partner, partner, silent
from tests.connectors.test_guard import infos

OPEN = Guard(allow_private=LOOPBACK)


@pytest.fixture
async def server() -> AsyncIterator[Partner]:
    async with partner(silent) as running:
        yield running


async def test_a_socket_is_connected_and_does_not_block(server: Partner) -> None:
    with await Dialer(OPEN).dial("127.0.0.1", server.port) as made:
        assert made.getpeername()[1] == server.port
        assert made.getblocking() is False


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1", "0"])
async def test_a_private_address_is_not_dialled_unless_it_is_opened(server: Partner, host: str) -> None:
    with pytest.raises(OSError, match="not public"):
        await Dialer(Guard(local=lambda ip: False)).dial(host, server.port)
    assert server.connections == 0


async def test_the_port_that_an_operator_named_needs_no_other_leave() -> None:
    guard = Guard(ports=(443,), local=lambda ip: False)
    assert guard.with_port(2222).judge("93.184.216.34", 2222) is None
    assert guard.judge("93.184.216.34", 2222) is not None


async def test_the_service_itself_is_not_dialled_under_another_port_rule(server: Partner) -> None:
    guard = Guard(allow_private=LOOPBACK, base_url=f"http://127.0.0.1:{server.port}")
    guard.learn_own(["127.0.0.1"])
    with pytest.raises(BlockedError):
        await Dialer(guard).dial("localhost", server.port)


async def test_the_next_address_is_tried_when_one_is_forbidden_or_dead(server: Partner) -> None:
    def lookup(host: str, port: int) -> list[AddrInfo]:
        return [(*info[:4], (info[4][0], port)) for info in infos("10.0.0.1", "127.0.0.1")]

    with await Dialer(OPEN, lookup=lookup).dial("ftp.example", server.port) as made:
        assert made.getpeername() == ("127.0.0.1", server.port)


async def test_a_dead_port_is_told_rather_than_that_another_address_is_forbidden() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]

    def lookup(host: str, port: int) -> list[AddrInfo]:
        return [(*info[:4], (info[4][0], port)) for info in infos("127.0.0.1", "10.0.0.1")]

    with pytest.raises(ConnectionRefusedError):
        await Dialer(OPEN, lookup=lookup).dial("ftp.example", port)


async def test_a_host_that_does_not_answer_is_given_up_in_time() -> None:
    with socket.socket() as full:
        # Nobody accepts and the queue is full: further connections hang.
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        port = full.getsockname()[1]
        dialer = Dialer(OPEN, connect=timedelta(seconds=0.1))
        results = await asyncio.gather(*(dialer.dial("127.0.0.1", port) for _ in range(6)), return_exceptions=True)
        for made in results:
            if isinstance(made, socket.socket):
                made.close()
    assert any(isinstance(result, TimeoutError) for result in results)


@pytest.mark.parametrize(("guard", "may"), [(OPEN, True), (Guard(), False)], ids=["opened", "not opened"])
async def test_secrets_go_unencrypted_only_to_opened_networks(guard: Guard, may: bool) -> None:
    assert await Dialer(guard).may_carry_secrets("127.0.0.1", 25) is may


async def test_a_name_with_many_dead_addresses_takes_no_longer_than_three() -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        port = full.getsockname()[1]

        def lookup(host: str, port: int) -> list[AddrInfo]:
            return [(*info[:4], (info[4][0], port)) for info in infos(*["127.0.0.1"] * 50)]

        dialer = Dialer(OPEN, connect=timedelta(seconds=0.1), lookup=lookup)
        # Takes the one place in the queue.
        with socket.create_connection(("127.0.0.1", port)):
            async with asyncio.timeout(2):
                with pytest.raises(TimeoutError):
                    await dialer.dial("many.example", port)
