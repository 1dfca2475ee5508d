"""The pages people read."""

from __future__ import annotations

import asyncio
import hashlib

from aiohttp import web

from syndicate.actions import read
from syndicate.model.article import Status
from syndicate.model.declarations import Declarations
from syndicate.model.entry import Entry
from syndicate.model.stored import StoredArticle
from syndicate.policy.purging import FRONT, article_key, feed_key
from syndicate.render.figures import place_pictures
from syndicate.render.jsonld import news_article
from syndicate.web.conditional import is_held
from syndicate.web.context import context
from syndicate.web.pages import front, notices, story, subscribing
from syndicate.web.pages.assets import STATIC_CACHE_CONTROL, static_files
from syndicate.web.pages.environment import PAGE_HEADERS

# Kept by caches, but asked for again each time: what was withdrawn is gone at once.
CACHE_CONTROL = "public, no-cache"
HTML = "text/html; charset=utf-8"


def page(request: web.Request, html: str, *keys: str, canonical: str | None = None) -> web.Response:
    """Answer with a page, or with 304 where the client has it; a CDN files it under `keys`."""
    body = html.encode()
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {**PAGE_HEADERS, "Cache-Control": CACHE_CONTROL, "ETag": etag, **context(request).tags(*keys)}
    if canonical is not None:
        headers["Link"] = f'<{canonical}>; rel="canonical"'
    if is_held(request, etag):
        return web.Response(status=304, headers=headers)
    return web.Response(body=body, headers=headers | {"Content-Type": HTML})


def notice(html: str, *, status: int) -> web.Response:
    """Answer with a page that says why there is nothing else."""
    headers = {**PAGE_HEADERS, "Cache-Control": "no-cache", "Content-Type": HTML}
    return web.Response(body=html.encode(), status=status, headers=headers)


async def front_page(request: web.Request) -> web.Response:
    served = context(request)
    declared = served.declarations()
    shown = await read.front(served.office)
    html = front.front_page(
        declared.publisher,
        now=served.office.now(),
        lead=shown.lead,
        latest=shown.latest,
        sections=shown.sections,
        feeds=declared.feeds,
        content_mode=declared.page_content,
    )
    return page(request, html, FRONT)


async def article_page(request: web.Request) -> web.Response:
    """Show an article; 410 with the public note once it was withdrawn, 404 where readers never saw it."""
    served = context(request)
    found = await read.public_entry(served.office, request.match_info["slug"])
    declared = served.declarations()
    if found is None or declared.page_content == "none":
        return missing(declared)
    stored, entry = found
    key = article_key(stored.slug)
    if entry is not None:
        html = await asyncio.to_thread(_article_html, declared, entry, stored.slug)
        return page(request, html, key, canonical=entry.url)
    if not read.was_public(stored):
        return missing(declared)
    withdrawn = gone(declared, stored)
    withdrawn.headers.update(served.tags(key))
    return withdrawn


def _article_html(declared: Declarations, entry: Entry, slug: str) -> str:
    page_url = f"{declared.publisher.root}/articles/{slug}"
    body = place_pictures(entry.article.body_html or "", entry.article.images)
    return story.article_page(
        declared.publisher,
        entry,
        body_html=body,
        page_url=page_url,
        jsonld=news_article(entry, declared.publisher, page_url=page_url),
        feeds=declared.feeds,
        content_mode=declared.page_content,
    )


def gone(declared: Declarations, stored: StoredArticle) -> web.Response:
    # Only a retraction's public note leaves the house; the title may be what was wrong.
    note = stored.public_note if stored.status is Status.RETRACTED else None
    gone_at = stored.withdrawn_at or stored.changed_at
    html = notices.gone_page(declared.publisher, title=None, gone_at=gone_at, note=note, feeds=declared.feeds)
    return notice(html, status=410)


def missing(declared: Declarations) -> web.Response:
    html = notices.not_found_page(declared.publisher, feeds=declared.feeds)
    return notice(html, status=404)


async def feeds_page(request: web.Request) -> web.Response:
    declared = context(request).declarations()
    return page(request, subscribing.feeds_page(declared.publisher, declared.feeds), FRONT)


async def feed_page(request: web.Request) -> web.Response:
    served = context(request)
    declared = served.declarations()
    feed = declared.feed(request.match_info["name"])
    if feed is None:
        return missing(declared)
    shown = await served.editions.content(feed.slug)
    base = f"{declared.publisher.root}/feeds/{feed.slug}"
    html = subscribing.feed_page(
        declared.publisher,
        feed,
        shown.entries[:20],
        {name: f"{base}.{name}" for name in ("rss", "atom", "json")},
        now=served.office.now(),
        feeds=declared.feeds,
        content_mode=declared.page_content,
    )
    return page(request, html, feed_key(feed.slug))


STATIC = static_files()


async def static(request: web.Request) -> web.Response:
    found = STATIC.get(request.match_info["name"])
    if found is None:
        raise web.HTTPNotFound
    body, media_type = found
    headers = {"Cache-Control": STATIC_CACHE_CONTROL, "Content-Type": media_type, "X-Content-Type-Options": "nosniff"}
    return web.Response(body=body, headers=headers)
