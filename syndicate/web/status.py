"""What the process says of itself: alive, ready, and its numbers for Prometheus."""

from __future__ import annotations

from aiohttp import web

from syndicate.actions.measures import measure
from syndicate.web.context import context
from syndicate.web.metrics import MEDIA_TYPE, exposition

_HEADERS = {"Cache-Control": "no-store"}


async def health(request: web.Request) -> web.Response:
    """Say that the process answers; it asks nothing of the store."""
    at = context(request).office.now()
    return web.json_response({"status": "alive", "time": at.isoformat()}, headers=_HEADERS)


async def ready(request: web.Request) -> web.Response:
    """Say whether what the service depends on works: its store, its clockwork; not partners, not backlog."""
    served = context(request)
    problems = [*served.problems(), *await served.store_probe.problems()]
    status_word = "ready" if not problems else "not ready"
    document = {"status": status_word, "problems": problems}
    return web.json_response(document, status=503 if problems else 200, headers=_HEADERS)


async def metrics(request: web.Request) -> web.Response:
    served = context(request)
    now = served.office.now()
    text = exposition(served.counters, await measure(served.office), served.editions.heads, served.gauges(), now=now)
    return web.Response(body=text.encode(), headers={**_HEADERS, "Content-Type": MEDIA_TYPE})
