"""Thousands of readers that poll a feed once: each on a connection and from an address of its own, of mixed manners."""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections import Counter
from dataclasses import dataclass, field

AT_ONE_TIME = 64
ANSWER_SECONDS = 30.0
STALE = '"1-0123456789abcdef"'
# Of six readers four hold the newest, one holds something older, one forgot what it holds.
MANNERS = ("current", "current", "stale", "current", "none", "current")
AGENTS = (
    "Feedly/1.0 (+http://www.feedly.com/fetcher.html; 462 subscribers; )",
    "Mozilla/5.0 (compatible; Miniflux/2.2.0; +https://miniflux.app)",
    "FreshRSS/1.24.0 (Linux; https://freshrss.org)",
    "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/128.0",
)


@dataclass
class Answers:
    """What came back: answers by status, bytes with their heads."""

    statuses: Counter[str] = field(default_factory=Counter)
    received_bytes: int = 0


def request(path: str, number: int, etag: str | None) -> bytes:
    """Return the request of one reader; `etag` is that of the newest edition, None where no reader sends any."""
    # Behind a proxy, so that each has an address of its own.
    address = f"198.{18 + number // 65_536}.{number // 256 % 256}.{number % 256}"
    manner = MANNERS[number % len(MANNERS)] if etag is not None else "none"
    held = {"current": etag, "stale": STALE, "none": None}[manner]
    lines = [
        f"GET {path} HTTP/1.1",
        "Host: 127.0.0.1",
        "Connection: close",
        "Accept-Encoding: gzip",
        f"User-Agent: {AGENTS[number % len(AGENTS)]}",
        f"X-Forwarded-For: {address}",
        *([f"If-None-Match: {held}"] if held else []),
    ]
    return "\r\n".join([*lines, "", ""]).encode()


async def storm(port: int, path: str, *, readers: int, etag: str | None) -> Answers:
    """Let every reader poll once, so many at one time."""
    answers, waiting = Answers(), iter(range(readers))

    async def poll_on() -> None:
        for number in waiting:
            answer = await _poll(port, request(path, number, etag))
            answers.statuses[answer[9:12].decode("latin-1")] += 1
            answers.received_bytes += len(answer)

    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONE_TIME):
            group.create_task(poll_on())
    return answers


async def _poll(port: int, asked: bytes) -> bytes:
    async with asyncio.timeout(ANSWER_SECONDS):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(asked)
        answer = await reader.read(-1)
        writer.close()
        return answer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("path")
    parser.add_argument("--readers", type=int, default=10_000)
    parser.add_argument("--etag", help="the newest edition's; left out, no reader sends a validator")
    asked = parser.parse_args()
    began = time.perf_counter()
    answers = asyncio.run(storm(asked.port, asked.path, readers=asked.readers, etag=asked.etag))
    seconds = time.perf_counter() - began
    told = {"statuses": answers.statuses, "bytes": answers.received_bytes, "seconds": seconds}
    print(json.dumps(told))  # the answer of this command


if __name__ == "__main__":
    main()
