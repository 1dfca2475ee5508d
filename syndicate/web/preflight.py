"""Feeds for scripts of other sites: what a browser asks before it sends a conditional request."""

from __future__ import annotations

from aiohttp import web

from syndicate.web.feeds import FORMATS

PATH = rf"/feeds/{{name:[^/]+\.(?:{'|'.join(FORMATS)})}}"
METHODS = "GET, HEAD, OPTIONS"
HEADERS = {
    "Allow": METHODS,
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": METHODS,
    # None of them is safelisted (Fetch standard, 2.2.2); without them no script could ask for a 304.
    "Access-Control-Allow-Headers": "If-None-Match, If-Modified-Since, A-IM",
    "Access-Control-Max-Age": "86400",
}


async def preflight(_request: web.Request) -> web.Response:
    """Answer OPTIONS of a feed's address, whether there is a feed or not."""
    return web.Response(status=204, headers=HEADERS)
