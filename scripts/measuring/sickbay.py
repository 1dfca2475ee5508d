"""Fifty partners behind one port: most take everything at once, some answer late, some take it and never answer."""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import time
from contextlib import suppress
from datetime import datetime

# Partners by number: nobody listens for some; some never answer; some are slow; the others are well.
REFUSING, HANGING, SLOW = range(3), range(3, 5), range(5, 10)
PARTNERS = 50
SLOW_SECONDS = 2.0
_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


class Tally:
    """What came to the partners that are well: how long each took from the commit, when the first and the last came."""

    def __init__(self, expected: int) -> None:
        self._expected = expected
        self._seconds: dict[bytes, float] = {}
        self._first_at = self._last_at = 0.0
        self.complete = asyncio.Event()

    def note(self, delivery_id: bytes, body: bytes) -> None:
        if delivery_id in self._seconds:
            return
        self._last_at = time.time()
        self._first_at = self._first_at or self._last_at
        # The event's own time is that of the transaction that made it.
        committed = datetime.fromisoformat(json.loads(body[:200].split(b',"data"')[0] + b"}")["timestamp"])
        self._seconds[delivery_id] = self._last_at - committed.timestamp()
        if len(self._seconds) == self._expected:
            self.complete.set()

    def document(self) -> dict[str, float]:
        took = self._last_at - self._first_at
        return {
            "per_second": (len(self._seconds) - 1) / took,
            "p99_ms": statistics.quantiles(self._seconds.values(), n=100)[98] * 1_000,
        }


async def _serve(tally: Tally, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError, asyncio.IncompleteReadError):
        while True:
            number, headers = _head(await reader.readuntil(b"\r\n\r\n"))
            body = await reader.readexactly(int(headers[b"content-length"]))
            if number in HANGING:
                await reader.read()
                break
            if number in SLOW:
                await asyncio.sleep(SLOW_SECONDS)
            else:
                tally.note(headers[b"webhook-id"], body)
            writer.write(_ANSWER)
            await writer.drain()
    writer.close()


def _head(text: bytes) -> tuple[int, dict[bytes, bytes]]:
    first, *lines = text.strip().split(b"\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(b":") for line in lines)}
    return int(first.split(b" ")[1].rpartition(b"/")[2]), headers


async def _main(port: int, expected: int) -> None:
    tally = Tally(expected)
    server = await asyncio.start_server(
        lambda reader, writer: _serve(tally, reader, writer), "127.0.0.1", port, backlog=512
    )
    await tally.complete.wait()
    # The last answer is on its way.
    await asyncio.sleep(0.2)
    server.close()
    print(json.dumps(tally.document()))  # the answer of this command


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("expected", type=int)
    asked = parser.parse_args()
    asyncio.run(_main(asked.port, asked.expected))
