"""Feeds over HTTP: conditional, compressed, and never older than what was answered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from aiohttp import web

from syndicate.actions.editions import Edition
from syndicate.errors import FeedNotFoundError
from syndicate.policy.conditional import answer_conditional, choose_coding
from syndicate.web.context import context
from syndicate.web.problems import problem

CACHE_CONTROL = "public, max-age=60, stale-while-revalidate=300, stale-if-error=86400"
_FIXED = {
    "Cache-Control": CACHE_CONTROL,
    "Vary": "Accept-Encoding",
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Last-Modified, Link",
    "X-Content-Type-Options": "nosniff",
}


async def feed(request: web.Request) -> web.Response:
    """Answer GET and HEAD of /feeds/<slug>.<format>."""
    slug, format_name = request.match_info["slug"], request.match_info["format"]
    served = context(request)
    if served.declarations().feed(slug) is None:
        return problem(FeedNotFoundError(slug))
    edition = served.editions.ready(slug, format_name) or await served.editions.get(slug, format_name)
    return answer(request, edition)


def answer(request: web.Request, edition: Edition) -> web.Response:
    """Answer with an edition, or with 304 where the client has it."""
    asked = request.headers
    coding = choose_coding(asked["Accept-Encoding"]) if "Accept-Encoding" in asked else "identity"
    headers = edition_headers(edition, coding)
    if _is_held(request.method, asked, edition):
        return web.Response(status=304, headers=headers)
    headers["Content-Type"] = edition.media_type
    if coding != "identity":
        headers["Content-Encoding"] = coding
    return web.Response(body=edition.bodies[coding], headers=headers)


def edition_headers(edition: Edition, coding: str) -> dict[str, str]:
    return _FIXED | {"ETag": edition.etags[coding], "Last-Modified": edition.last_modified}


def _is_held(method: str, asked: Mapping[str, str], edition: Edition) -> bool:
    none_match, modified_since = asked.get("If-None-Match"), asked.get("If-Modified-Since")
    if none_match is None and modified_since is None:
        return False
    return answer_conditional(
        method,
        none_match,
        modified_since,
        etags=edition.etags.values(),
        last_modified=edition.changed_at,
        now=datetime.now(UTC),
    )
