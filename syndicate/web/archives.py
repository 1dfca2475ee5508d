"""The archives of feeds over HTTP (RFC 5005 section 4)."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

from syndicate.actions.editions import Edition
from syndicate.errors import ArchiveNotFoundError
from syndicate.model.views import is_partner_key
from syndicate.policy.conditional import choose_coding
from syndicate.policy.purging import feed_key
from syndicate.render.feeds import FORMATS
from syndicate.web.context import WebContext, context
from syndicate.web.editions import edition_headers, found_headers, is_held
from syndicate.web.former import former

# An archive changes whenever one of its articles does, nobody knows when: kept, but asked for anew each time.
CACHE_CONTROL = "public, no-cache"


async def archive(request: web.Request) -> web.Response:
    """Answer GET and HEAD of an archive of a public feed."""
    served, slug, document = context(request), request.match_info["slug"], request.match_info["document"]
    if served.declarations().feed(slug) is None:
        return former(served, slug, f"/archive/{document}")
    shared = {"Cache-Control": CACHE_CONTROL, **served.tags(feed_key(slug))}
    response, _ = await archive_of(request, served, slug, document, shared)
    return response


async def archive_of(
    request: web.Request, served: WebContext, key: str, document: str, shared: Mapping[str, str]
) -> tuple[web.Response, Edition]:
    """Answer with an archive of the view `key`; `shared` are headers of 200 and 304 alike.

    Raises FeedNotFoundError, ArchiveNotFoundError.
    """
    name, _, format_name = document.rpartition(".")
    if format_name not in FORMATS:
        raise ArchiveNotFoundError(document)
    now = served.office.now()
    # First: nothing is counted, nor kept, under names that anybody can make up.
    served.chapters.require_name(name)
    if not is_partner_key(key) and served.visitors.is_counted(request):
        served.visitors.count_feed_request(request, f"{key}/archive/{document}", now)
    edition = await served.chapters.archive(key, name, format_name)
    coding = choose_coding(request.headers.get("Accept-Encoding"))
    if is_held(request.method, request.headers, edition, now=now):
        return web.Response(status=304, headers=edition_headers(edition, coding, shared)), edition
    return web.Response(body=edition.bodies[coding], headers=found_headers(edition, coding, shared)), edition
