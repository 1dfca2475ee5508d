"""/media: the service's own pictures, and their upload."""

from __future__ import annotations

import asyncio

from aiohttp import web

from syndicate.actions.pictures import Visibility, keep_picture, visibility
from syndicate.policy.purging import picture_key
from syndicate.web.api.requests import require
from syndicate.web.bodies import read_body
from syndicate.web.conditional import is_held
from syndicate.web.context import context

_HEADERS = {
    # The address changes with the content; an hour, so that a withdrawn picture is gone from caches soon.
    "Cache-Control": "public, max-age=3600",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
}


async def show(request: web.Request) -> web.Response:
    served = context(request)
    name = request.match_info["name"]
    shown = await visibility(served.office, name)
    if shown.picture is None:
        status = 410 if shown.visibility is Visibility.GONE else 404
        return web.Response(status=status, headers={"Cache-Control": "no-store"})
    etag = f'"{name.partition(".")[0]}"'
    headers = {**_HEADERS, "ETag": etag, **served.tags(picture_key(name))}
    if is_held(request, etag):
        return web.Response(status=304, headers=headers)
    data = await asyncio.to_thread(served.pictures.get, name)
    if data is None:
        return web.Response(status=404, headers={"Cache-Control": "no-store"})
    return web.Response(body=data, headers={**headers, "Content-Type": shown.picture.type})


async def upload(request: web.Request) -> web.Response:
    """POST /api/v1/media: keep the bytes of a picture and say what they are."""
    await require(request, "write")
    served = context(request)
    data = await read_body(request, limit=served.max_picture_bytes)
    kept = await keep_picture(served.office, served.pictures, data)
    url = f"{served.declarations().publisher.root}/media/{kept.name}"
    document = {"url": url, "type": kept.type, "width": kept.width, "height": kept.height, "length": kept.length}
    return web.json_response(document, status=201, headers={"Location": url, "Cache-Control": "no-store"})
