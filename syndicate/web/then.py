"""Feeds as they stood, for operators: never cached, never without a token."""

from __future__ import annotations

from aiohttp import web

from syndicate.actions.evidence import document_as_of
from syndicate.actions.moments import read_moment
from syndicate.errors import FeedNotFoundError
from syndicate.render.feeds import FORMATS
from syndicate.web.api.requests import require
from syndicate.web.api.then import comparison
from syndicate.web.context import context
from syndicate.web.problems import for_programs

HEADERS = {"Cache-Control": "private, no-store", "Vary": "Authorization", "X-Robots-Tag": "noindex"}


def asks_for_the_past(request: web.Request) -> bool:
    # Most requests have no query, and pay for looking at one byte after another only.
    return "?" in request.raw_path and "as_of" in request.query


async def document(request: web.Request, name: str) -> web.StreamResponse:
    """Answer for /feeds/<name>?as_of=TIME; the title of the document says what it is."""

    async def answer(request: web.Request) -> web.StreamResponse:
        return await _answer(request, *name.rpartition(".")[::2])

    return await for_programs(answer)(request)


async def _answer(request: web.Request, slug: str, format_name: str) -> web.StreamResponse:
    await require(request, "read")
    if format_name not in FORMATS:
        raise FeedNotFoundError(slug)
    at = read_moment(request.query["as_of"], name="as_of")
    body, compared = await document_as_of(context(request).office, slug, at, format_name)
    headers = HEADERS | {"Content-Type": FORMATS[format_name].media_type}
    headers["Syndicate-Payload"] = str(comparison(compared)["says"])
    return web.Response(body=body, headers=headers)
