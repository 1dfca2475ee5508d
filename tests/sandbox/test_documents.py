"""Hostile documents end as errors, in time, while the event loop goes on."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest

from syndicate.errors import InvalidError
from syndicate.parse.documents import read_document as parse_document
from syndicate.sandbox.documents import read_document
from syndicate.sandbox.pool import Sandbox

FEED = b"""<rss version="2.0"><channel><title>Harbour</title><link>https://harbour.example/</link>
<item><title>Tide</title><guid>tag:harbour.example,2026:1</guid><pubDate>Wed, 04 Mar 2026 12:00:00 +0100</pubDate>
<description>&lt;p onclick="x()"&gt;High&lt;/p&gt;</description></item><item><guid>2</guid></item></channel></rss>"""
_ENTITIES = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
BOMBS = {
    "a megabyte of comment starts": b"<!--" * 250_000,
    "comment starts in a feed": b"<rss><channel>" + b"<!--" * 250_000,
    "a billion laughs": f'<!DOCTYPE rss [<!ENTITY e0 "lol">{_ENTITIES}]><rss><channel>&e9;</channel></rss>'.encode(),
    "an external entity": b'<!DOCTYPE rss [<!ENTITY e SYSTEM "file:///etc/passwd">]><rss><channel>&e;</channel></rss>',
    "100k nested elements": b"<rss><channel>" + b"<a>" * 100_000,
    "100k nested brackets": b"[" * 100_000,
    "60k attributes": b"<rss " + b" ".join(b'a%d="1"' % number for number in range(60_000)) + b"></rss>",
    "a million less-than signs": b"<" * 1_000_000,
    "100k nested blocks in a body": b"<rss><channel><item><title>x</title><description><![CDATA["
    + b"<blockquote>" * 100_000
    + b"]]></description></item></channel></rss>",
    "a path": b"/etc/passwd",
    "an address": b"http://127.0.0.1:9/",
    "nothing": b"",
}


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox() as sandbox:
        yield sandbox


async def test_a_document_read_in_the_sandbox_is_the_same_as_read_here(sandbox: Sandbox) -> None:
    found = await read_document(sandbox, FEED, address="https://harbour.example/feed", content_type=None)
    assert found == parse_document(FEED, address="https://harbour.example/feed", content_type=None)
    assert found.entries
    assert found.entries[0].changes
    assert found.problems


async def longest_wait(seen: list[float]) -> None:
    while True:
        start = time.perf_counter()
        await asyncio.sleep(0.005)
        seen.append(time.perf_counter() - start - 0.005)


@pytest.mark.parametrize("name", BOMBS)
async def test_a_bomb_is_refused_or_harmless_and_nobody_else_waits(sandbox: Sandbox, name: str) -> None:
    await read_document(sandbox, FEED, address="", content_type=None)
    seen: list[float] = []
    watch = asyncio.create_task(longest_wait(seen))
    start = time.monotonic()
    with suppress(InvalidError):
        found = await read_document(sandbox, BOMBS[name], address="https://bomb.example/", content_type=None)
        assert "root:" not in repr(found)
        assert "lollol" not in repr(found)
    watch.cancel()
    assert time.monotonic() - start < 12
    assert all(wait < 0.1 for wait in sorted(seen)[: int(len(seen) * 0.99)])


async def test_a_bulk_import_of_thousands_passes(sandbox: Sandbox) -> None:
    item = b"<item><title>Tide %d</title><guid>tag:harbour.example,2026:%d</guid><description>%s</description></item>"
    words = b"&lt;p&gt;" + b"water " * 100 + b"&lt;/p&gt;"
    feed = b"<rss><channel>" + b"".join(item % (number, number, words) for number in range(5_000)) + b"</channel></rss>"
    found = await read_document(sandbox, feed, address="https://harbour.example/", content_type=None)
    assert len(found.entries) == 5_000
