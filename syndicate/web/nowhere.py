"""Where no address is, or one that knows other methods."""

from __future__ import annotations

from typing import NoReturn

from aiohttp import web


async def nowhere(request: web.Request) -> NoReturn:
    """Raise HTTPMethodNotAllowed where the address has other methods, else HTTPNotFound."""
    allowed: set[str] = set()
    for resource in request.app.router.resources():
        if resource is not request.match_info.route.resource:
            allowed |= (await resource.resolve(request))[1]
    # The catch-all routes take every method; they are no address.
    allowed.discard("*")
    if allowed:
        raise web.HTTPMethodNotAllowed(request.method, sorted(allowed))
    raise web.HTTPNotFound
