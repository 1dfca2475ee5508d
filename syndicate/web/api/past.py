"""Feeds as they stood, and what came between two moments, for programs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from aiohttp import web

from syndicate.actions.compare import difference
from syndicate.actions.evidence import compare
from syndicate.actions.moments import read_moment
from syndicate.actions.past import as_of
from syndicate.errors import InvalidQueryError, Violation
from syndicate.web.api import then
from syndicate.web.api.requests import require
from syndicate.web.context import context

# What readers never saw, and what was taken from them since.
_HEADERS = {"Cache-Control": "private, no-store"}


async def feed(request: web.Request) -> web.Response:
    """Show a feed now, or as it stood at ?as_of=TIME."""
    await require(request, "read")
    office = context(request).office
    at = _moment(request, "as_of") or office.now()
    past = await as_of(office, request.match_info["slug"], at)
    return _answer(then.feed(past, await compare(office, past)))


async def diff(request: web.Request) -> web.Response:
    """Compare a feed at ?from=TIME with the same at ?to=TIME, or now."""
    await require(request, "read")
    start = _moment(request, "from")
    if start is None:
        raise InvalidQueryError("from is missing", [Violation("from", "must be an instant")])
    slug, end = request.match_info["slug"], _moment(request, "to")
    return _answer(then.difference(await difference(context(request).office, slug, start, end, names=("from", "to"))))


def _moment(request: web.Request, name: str) -> datetime | None:
    return read_moment(request.query[name], name=name) if name in request.query else None


def _answer(document: dict[str, Any]) -> web.Response:
    return web.json_response(document, headers=_HEADERS)
