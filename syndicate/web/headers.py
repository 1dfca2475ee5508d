"""Headers that every answer carries, whoever made it."""

from __future__ import annotations

from typing import TypeVar

from aiohttp import web

# Neither the program's version nor that of its libraries is anybody's business.
SERVER = "syndicate"
EVERYWHERE = {"Server": SERVER, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}

Response = TypeVar("Response", bound=web.StreamResponse)


def dressed(response: Response) -> Response:
    """Add what the maker of an answer did not set itself."""
    for name, value in EVERYWHERE.items():
        response.headers.setdefault(name, value)
    return response
