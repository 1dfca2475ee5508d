"""Bodies, read within bounds."""

from __future__ import annotations

import asyncio
import dataclasses

import aiohttp

from syndicate.net.exchange import Failure, FailureKind, Fetched
from syndicate.net.failures import FAILURES
from syndicate.net.inflate import InflatedTooLargeError, InflateError, inflate


async def read_start(response: aiohttp.ClientResponse, limit: int) -> tuple[bytes, bool]:
    """Return the first `limit` bytes at most, and whether that is the whole body.

    A body that breaks off or outlasts the deadline takes nothing from the status that came before it;
    the connection of a body that was not read to its end is closed.
    """
    start = bytearray()
    try:
        while len(start) <= limit and (piece := await response.content.read(limit)):
            start += piece
    except FAILURES:
        response.close()
        return bytes(start[:limit]), False
    if len(start) > limit:
        response.close()
    return bytes(start[:limit]), len(start) <= limit


async def read_within(response: aiohttp.ClientResponse, limit: int) -> bytes | Failure:
    """Return the whole body as it came, or a Failure as soon as it is known to be larger than `limit`."""
    body = bytearray()
    if (response.content_length or 0) <= limit:
        async for piece in response.content.iter_any():
            body += piece
            if len(body) > limit:
                break
        else:
            return bytes(body)
    response.close()
    return Failure(FailureKind.TOO_LARGE, f"the document is larger than {limit} bytes", began=True)


async def inflated(found: Fetched, limit: int) -> Fetched | Failure:
    """Undo the content coding in a thread: a small body may hold a large document."""
    coding = found.headers.get("Content-Encoding", "")
    try:
        body = await asyncio.to_thread(inflate, found.body, coding, limit)
    except InflatedTooLargeError:
        return Failure(FailureKind.TOO_LARGE, f"the document is larger than {limit} bytes", began=True)
    except InflateError as error:
        return Failure(FailureKind.PROTOCOL, str(error), began=True)
    return dataclasses.replace(found, body=body)
