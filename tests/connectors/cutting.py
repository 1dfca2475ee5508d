"""A cable between us and a server that is cut once so many bytes went to the server."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from syndicate.connectors.contract import Accepted, Connector, Outcome
from syndicate.connectors.suite.copy import Copy, accepted
from syndicate.connectors.suite.sendings import a_retraction, a_sending, an_update
from tests.connectors import dropped
from tests.connectors.dropped import files_below


@contextlib.asynccontextmanager
async def cut_after(count: int, port: int) -> AsyncIterator[int]:
    """Listen on a port of loopback that leads to `port`, for the first `count` bytes of each connection."""

    async def lead(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there = await asyncio.open_connection("127.0.0.1", port)
        back = asyncio.ensure_future(_pour(there_reader, writer, 2**30))
        await _pour(reader, there, count)
        # At once, as a cable: what the server has not read by then may be lost, too.
        for end in (there, writer):
            end.transport.abort()
        back.cancel()

    server = await asyncio.start_server(lead, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


async def _pour(source: asyncio.StreamReader, sink: asyncio.StreamWriter, left: int) -> None:
    with contextlib.suppress(OSError):
        while left > 0 and (piece := await source.read(min(left, 16_384))):
            sink.write(piece)
            await sink.drain()
            left -= len(piece)


async def survives_every_cut(made: Callable[[int], Connector], port: int, root: Path, *, step: int) -> int:
    """Cut an update's connection after ever more bytes, repeat it, and see nothing but it in `root`.

    Returns how often it was cut. `made` makes a connector to a port.
    """
    cuts = 0
    while not isinstance(await _cut_once(made, port, root, step * (cuts + 1)), Accepted):
        cuts += 1
    return cuts


async def _cut_once(made: Callable[[int], Connector], port: int, root: Path, count: int) -> Outcome:
    identity = {"id": f"tag:harbour.example,2026:{count}"}
    first = a_sending(article=identity | dropped.images("bow", "stern"))
    update = an_update("New ferry sails again", article=identity | dropped.images("bow", "deck"))
    whole = made(port)
    copy = Copy(whole)
    accepted(await copy.send(first))
    async with cut_after(count, port) as broken_port:
        broken = made(broken_port)
        again = Copy(broken)
        again.remote = copy.remote
        outcome = await again.send(update)
        await broken.aclose()
    copy.remote = again.remote
    accepted(await copy.send(update))
    files = files_below(root)
    assert dropped.shown(files) == ["New ferry sails again"]
    assert len(files) == 4, sorted(files)
    accepted(await copy.send(a_retraction(article_id=first.article_id)))
    for path in files_below(root):
        (root / path).unlink()
    await whole.aclose()
    return outcome
