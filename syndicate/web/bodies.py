"""The bodies of requests: bounded in size and in time."""

from __future__ import annotations

import asyncio

from aiohttp import web

from syndicate.errors import SlowRequestError, TooLargeError
from syndicate.web.context import context

# Who sends at least so fast may take longer than [server] body_timeout: a large picture over a slow line.
FAIR_BYTES_PER_SECOND = 64 * 1024


async def read_body(request: web.Request, *, limit: int) -> bytes:
    """Read a body of at most `limit` bytes. Raises TooLargeError, and SlowRequestError where it does not arrive."""
    if request.content_length is not None and request.content_length > limit:
        raise TooLargeError(f"the body has {request.content_length} bytes; at most {limit} are taken")
    body = bytearray()
    deadline = asyncio.get_running_loop().time() + context(request).body_timeout.total_seconds()
    try:
        async with asyncio.timeout_at(deadline) as timer:
            async for chunk in request.content.iter_any():
                body += chunk
                if len(body) > limit:
                    raise TooLargeError(f"the body is larger than {limit} bytes")
                timer.reschedule(deadline + len(body) / FAIR_BYTES_PER_SECOND)
    except TimeoutError:
        raise SlowRequestError(f"the body had not arrived in time, {len(body)} bytes of it had") from None
    return bytes(body)
