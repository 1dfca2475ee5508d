"""Lists for programs that anybody may read: the news sitemap, and the feeds as OPML."""

from __future__ import annotations

import hashlib

from aiohttp import web

from syndicate.actions import read
from syndicate.actions.sitemap import NewsSitemap
from syndicate.policy.purging import FRONT, SITEMAP
from syndicate.render import opml as opml_document
from syndicate.render import sitemap
from syndicate.web.conditional import is_held
from syndicate.web.context import context

NEWS: web.AppKey[NewsSitemap] = web.AppKey("news_sitemap", NewsSitemap)
# A search engine that asks again finds a withdrawn story gone: nothing between may answer for longer.
SITEMAP_CACHE_CONTROL = "public, max-age=60, must-revalidate"
OPML_CACHE_CONTROL = "public, max-age=300"


async def news_sitemap(request: web.Request) -> web.Response:
    """List what was first published in the last two days."""
    body = await request.config_dict[NEWS].body()
    return _document(request, body, SITEMAP, media_type=sitemap.MEDIA_TYPE, cache_control=SITEMAP_CACHE_CONTROL)


async def opml(request: web.Request) -> web.Response:
    """List every feed for readers that subscribe to many at once."""
    served = context(request)
    declared, changed_at = await read.declared_since(served.office)
    body = opml_document.write_opml(declared.feeds, declared.publisher, changed_at=changed_at)
    return _document(request, body, FRONT, media_type=opml_document.MEDIA_TYPE, cache_control=OPML_CACHE_CONTROL)


def _document(request: web.Request, body: bytes, key: str, *, media_type: str, cache_control: str) -> web.Response:
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"Cache-Control": cache_control, "ETag": etag, "Access-Control-Allow-Origin": "*"}
    headers |= context(request).tags(key)
    if is_held(request, etag):
        return web.Response(status=304, headers=headers)
    return web.Response(body=body, headers=headers | {"Content-Type": media_type})
