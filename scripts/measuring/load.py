"""A cheap HTTP client over raw sockets: keep-alive connections that ask for one address as fast as it answers."""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from typing import cast

WARM_UP_SECONDS = 0.5
_LENGTH = b"content-length:"


class Connection(asyncio.BufferedProtocol):
    """One request after the other; counts whole answers of the expected status, and keeps nothing of their bodies."""

    def __init__(self, request: bytes, expected: bytes) -> None:
        self._request = request
        self._expected = expected
        self._buffer = bytearray(256 * 1024)
        self._head_bytes = 0
        self._left = 0
        self.answers = 0
        self.failure: str | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(self._request)

    def get_buffer(self, sizehint: int) -> memoryview:
        return memoryview(self._buffer)[self._head_bytes :]

    def buffer_updated(self, nbytes: int) -> None:
        if self._left:
            self._left -= nbytes
        else:
            self._head_bytes += nbytes
            if (whole := self._whole_length()) == 0:
                return
            self._left, self._head_bytes = whole - self._head_bytes, 0
        if self._left == 0:
            self.answers += 1
            self._transport.write(self._request)

    def _whole_length(self) -> int:
        end = self._buffer.find(b"\r\n\r\n", 0, self._head_bytes)
        if end < 0:
            return 0
        head = bytes(self._buffer[:end]).lower()
        if not head.startswith(b"http/1.1 " + self._expected):
            self.failure = head[:60].decode("latin-1")
            self._transport.close()
            return 0
        _, _, rest = head.partition(_LENGTH)
        return end + 4 + int(rest.split(b"\r\n", 1)[0] or 0)

    def connection_lost(self, exc: Exception | None) -> None:
        self.failure = self.failure or "the connection was closed"


async def load(port: int, request: bytes, *, expected: bytes, connections: int, seconds: float) -> float:
    """Return answers per second after a warm-up. Raises RuntimeError where one was not as expected."""
    loop = asyncio.get_running_loop()
    opened = [
        (await loop.create_connection(lambda: Connection(request, expected), "127.0.0.1", port))[1]
        for _ in range(connections)
    ]
    await asyncio.sleep(WARM_UP_SECONDS)
    before, began = sum(each.answers for each in opened), time.perf_counter()
    await asyncio.sleep(seconds)
    answers, took = sum(each.answers for each in opened) - before, time.perf_counter() - began
    if failures := {each.failure for each in opened if each.failure}:
        raise RuntimeError(f"not every request was answered with {expected.decode()}: {failures}")
    return answers / took


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("path")
    parser.add_argument("--header", action="append", default=[])
    parser.add_argument("--status", default="200")
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=3.0)
    asked = parser.parse_args()
    lines = [f"GET {asked.path} HTTP/1.1", f"Host: 127.0.0.1:{asked.port}", *asked.header]
    request = "\r\n".join([*lines, "", ""]).encode()
    rate = asyncio.run(
        load(
            asked.port,
            request,
            expected=asked.status.encode(),
            connections=asked.connections,
            seconds=asked.seconds,
        )
    )
    print(json.dumps(rate))  # the answer of this command


if __name__ == "__main__":
    main()
