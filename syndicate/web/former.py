"""Feeds that were: renamed ones lead to their new address for good, ended ones say that they are gone."""

from __future__ import annotations

from aiohttp import web

from syndicate.errors import FeedGoneError, FeedNotFoundError
from syndicate.policy.purging import feed_key
from syndicate.web.context import WebContext
from syndicate.web.headers import dressed

# Readers that keep redirects need not ask the old address again; those that do not are served from caches.
MOVED_CACHE_CONTROL = "public, max-age=2592000"
# Kept for a while, as many never stop asking; not for long, as it may come back.
GONE_CACHE_CONTROL = "public, max-age=300"


def former(served: WebContext, slug: str, suffix: str = "") -> web.Response:
    """Answer for a feed that is not declared: 301 where it was renamed.

    Raises FeedGoneError where it was there once, FeedNotFoundError where it never was.
    """
    declared = served.declarations()
    if (heir := declared.heir(slug)) is not None:
        url = f"{declared.publisher.root}/feeds/{heir.slug}{suffix}"
        headers = {"Location": url, "Cache-Control": MOVED_CACHE_CONTROL, "Access-Control-Allow-Origin": "*"}
        # A CDN must drop it when the feed gets its name back, or readers are sent round in circles.
        headers |= served.tags(feed_key(slug))
        return dressed(web.Response(status=301, headers=headers))
    # A partner's own feed stands among the heads, under a key that is no slug.
    if slug in served.editions.heads and ":" not in slug:
        raise FeedGoneError(slug)
    raise FeedNotFoundError(f"{slug}{suffix}")
