"""One HTTP request on one connection: whoever asks knows whether the request can have reached anybody."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Any

ANSWER_WITHIN = 10.0


class NobodyThereError(OSError):
    """No connection was made: nothing was asked. Client libraries ask twice where that is harmless, and hide it."""


@dataclass(frozen=True)
class Answer:
    status: int
    etag: str
    body: dict[str, Any]


async def ask(port: int, method: str, target: str, document: object = None, *, token: str) -> Answer:
    """Ask the service on `port`. Raises NobodyThereError; OSError, EOFError, TimeoutError where the end is unknown."""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError as error:
        raise NobodyThereError from error
    try:
        async with asyncio.timeout(ANSWER_WITHIN):
            writer.write(_request(method, target, document, token))
            await writer.drain()
            return _answer(await reader.readuntil(b"\r\n\r\n"), await reader.read())
    finally:
        writer.close()


def _request(method: str, target: str, document: object, token: str) -> bytes:
    body = b"" if document is None else json.dumps(document).encode()
    lines = [
        f"{method} {target} HTTP/1.1",
        "Host: 127.0.0.1",
        f"Authorization: Bearer {token}",
        "Content-Type: application/json",
        "Accept-Encoding: identity",
        f"Content-Length: {len(body)}",
        "Connection: close",
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body


def _answer(head: bytes, body: bytes) -> Answer:
    first, *lines = head.decode("latin-1").strip().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    if len(body) < int(headers["content-length"]):
        raise EOFError
    return Answer(int(first.split(" ")[1]), headers.get("etag", ""), json.loads(body))
