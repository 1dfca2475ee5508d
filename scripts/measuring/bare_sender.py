"""The bare sender to compare with: an aiohttp client loop that signs bodies it holds in memory; nothing is kept."""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections.abc import Iterator
from pathlib import Path

import aiohttp

from syndicate.policy.signing import decode_secret, sign


async def send_all(port: int, bodies: Iterator[tuple[int, bytes]], *, key: bytes, concurrency: int) -> None:
    """Post every body once, `concurrency` at a time."""
    url = f"http://127.0.0.1:{port}/inbound/0"
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as session, asyncio.TaskGroup() as workers:
        for _ in range(concurrency):
            workers.create_task(_work(session, url, bodies, key))


async def _work(session: aiohttp.ClientSession, url: str, bodies: Iterator[tuple[int, bytes]], key: bytes) -> None:
    for number, body in bodies:
        timestamp = int(time.time())
        headers = {
            "Content-Type": "application/json",
            "webhook-id": f"msg_{number}",
            "webhook-timestamp": str(timestamp),
            "webhook-signature": sign([key], id=f"msg_{number}", timestamp=timestamp, body=body),
        }
        async with session.post(url, data=body, headers=headers) as response:
            await response.read()
            response.raise_for_status()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("bodies", type=Path)
    parser.add_argument("secret")
    parser.add_argument("--concurrency", type=int, default=64)
    asked = parser.parse_args()
    bodies = [text.encode() for text in json.loads(asked.bodies.read_text("utf-8"))]
    asyncio.run(
        send_all(asked.port, iter(enumerate(bodies)), key=decode_secret(asked.secret), concurrency=asked.concurrency)
    )
    print("null")  # the answer of this command


if __name__ == "__main__":
    main()
