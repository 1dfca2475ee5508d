"""Headers that every answer carries, whoever made it."""

from __future__ import annotations

from aiohttp import web

# Neither the program's version nor that of its libraries is anybody's business.
SERVER = "syndicate"
EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


async def dress(_request: web.Request, response: web.StreamResponse) -> None:
    """Add what a handler did not set itself."""
    headers = response.headers
    headers["Server"] = SERVER
    for name, value in EVERYWHERE.items():
        headers.setdefault(name, value)
