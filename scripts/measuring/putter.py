"""A newsroom that puts one article after the other, or several side by side, and counts what was accepted."""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections.abc import Iterator

import aiohttp
from yarl import URL

from scripts.measuring import stories


async def put_all(port: int, token: str, bodies: Iterator[tuple[str, bytes]], *, clients: int) -> None:
    """Put every article once. Raises aiohttp.ClientError where one is refused."""
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    async with aiohttp.ClientSession(headers=headers) as session, asyncio.TaskGroup() as workers:
        for _ in range(clients):
            workers.create_task(_work(session, f"http://127.0.0.1:{port}/api/v1/articles/", bodies))


async def _work(session: aiohttp.ClientSession, address: str, bodies: Iterator[tuple[str, bytes]]) -> None:
    for article_id, body in bodies:
        async with session.put(URL(address + article_id, encoded=True), data=body) as response:
            await response.read()
            response.raise_for_status()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("token")
    parser.add_argument("first", type=int)
    parser.add_argument("count", type=int)
    parser.add_argument("--clients", type=int, default=1)
    asked = parser.parse_args()
    numbers = range(asked.first, asked.first + asked.count)
    bodies = [(stories.quoted_id(number), stories.document(number)) for number in numbers]
    began = time.perf_counter()
    asyncio.run(put_all(asked.port, asked.token, iter(bodies), clients=asked.clients))
    print(json.dumps(asked.count / (time.perf_counter() - began)))


if __name__ == "__main__":
    main()
