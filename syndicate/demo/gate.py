"""Who may use the stage: pages of the stage itself, opened on this machine."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware


def refusal(method: str, headers: Mapping[str, str], hosts: Collection[str]) -> str | None:
    """Say why a request is refused, or None. `hosts` are the names and ports by which the stage is reached.

    The stage asks for no password, so that another site must not be able to press its buttons: neither by a form
    (Origin, Sec-Fetch-Site) nor by a name of its own that it points at this machine (Host).
    """
    host = headers.get("Host", "")
    if host not in hosts:
        return "The stage answers only by the name of this machine."
    if method in ("GET", "HEAD"):
        return None
    site = headers.get("Sec-Fetch-Site", "same-origin")
    if site != "same-origin" or headers.get("Origin") != f"http://{host}":
        return "Only the stage's own page may do this."
    return None


def gate(hosts: Collection[str]) -> Middleware:
    """Return the middleware that lets nobody else in."""

    @web.middleware
    async def guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
        reason = refusal(request.method, request.headers, hosts)
        if reason is not None:
            return web.Response(status=403, text=reason)
        return await handler(request)

    return guarded
