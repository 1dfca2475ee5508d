"""The proxy does to a conversation what it is told, and to no other."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest

from tests.faults.proxy import Fault, Proxy, a_proxy

PATIENCE_SECONDS = 5.0
CUT = [fault for fault in Fault if fault is not Fault.LATE]


@asynccontextmanager
async def an_echo() -> AsyncIterator[tuple[int, list[str]]]:
    """Run a server that answers every line with itself in capitals; yields its port and the lines it took."""
    taken: list[str] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            taken.append(line.decode())
            writer.write(line.upper())
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1], taken
    finally:
        server.close()


async def said(proxy: Proxy, *lines: str) -> list[str]:
    """Say lines over one connection, each after the answer to the one before; returns what was answered."""
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    answers = []
    async with asyncio.timeout(PATIENCE_SECONDS):
        for line in lines:
            try:
                writer.write(line.encode())
                answers.append((await reader.readline()).decode())
            except OSError:
                answers.append("")
    writer.close()
    return answers


async def test_what_meets_no_fault_passes_as_it_is() -> None:
    async with an_echo() as (port, taken), a_proxy(port) as proxy:
        assert await said(proxy, "one\n", "two\n") == ["ONE\n", "TWO\n"]
        assert (taken, proxy.exchanges) == (["one\n", "two\n"], 2)


@pytest.mark.parametrize(
    ("fault", "answered", "taken"),
    [
        (Fault.UNSENT, "", []),
        (Fault.HALF_SENT, "", ["tw"]),
        (Fault.ABANDONED, "", ["two\n"]),
        (Fault.UNANSWERED, "", ["two\n"]),
        (Fault.HALF_ANSWERED, "TW", ["two\n"]),
        (Fault.HALF_CLOSED, "", ["two\n"]),
        (Fault.LATE, "TWO\n", ["two\n"]),
    ],
)
async def test_each_fault_befalls_the_exchange_it_is_planned_for(fault: Fault, answered: str, taken: list[str]) -> None:
    async with an_echo() as (port, arrived), a_proxy(port, {2: fault}) as proxy:
        assert await said(proxy, "one\n", "two\n") == ["ONE\n", answered]
        assert await said(proxy, "three\n") == ["THREE\n"]
        await asyncio.sleep(0.05)
        assert arrived == ["one\n", *taken, "three\n"]


@pytest.mark.parametrize("fault", CUT)
async def test_who_was_cut_off_is_told_so_at_once(fault: Fault) -> None:
    async with an_echo() as (port, _), a_proxy(port, {1: fault}) as proxy:
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        writer.write(b"one\n")
        began = time.monotonic()
        with suppress(OSError):
            await reader.read()
        assert time.monotonic() - began < PATIENCE_SECONDS / 2


async def test_a_late_answer_comes_after_its_delay() -> None:
    async with an_echo() as (port, _), a_proxy(port, {1: Fault.LATE}) as proxy:
        proxy.delay_seconds = 0.3
        began = time.monotonic()
        assert await said(proxy, "one\n") == ["ONE\n"]
        assert time.monotonic() - began >= 0.3


async def test_a_server_that_is_not_there_is_not_there_through_the_proxy() -> None:
    async with an_echo() as (port, _):
        pass
    async with a_proxy(port) as proxy:
        assert await said(proxy, "one\n") == [""]


async def test_a_new_plan_counts_anew() -> None:
    async with an_echo() as (port, _), a_proxy(port) as proxy:
        await said(proxy, "one\n")
        proxy.plan({1: Fault.UNSENT})
        assert await said(proxy, "one\n") == [""]
        assert proxy.exchanges == 1
