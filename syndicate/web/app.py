"""The web application: every address the service answers at, in one table.

There are no middlewares and no sub-applications, for those cost every request for a feed too: each route says for
whom its errors are written.
"""

from __future__ import annotations

from aiohttp import web

from syndicate.actions.sitemap import NewsSitemap
from syndicate.web import archives, inbound, lists, nowhere, pictures, preflight, public, status
from syndicate.web.api import articles, findings, ledger, past, readers, report
from syndicate.web.context import CONTEXT, WebContext
from syndicate.web.feeds import Feeds
from syndicate.web.partners import Partners
from syndicate.web.problems import Handler, for_programs, for_readers

_SLUG = "{slug:[a-z0-9][a-z0-9-]{0,99}}"

PAGES: tuple[tuple[str, Handler], ...] = (
    ("/", public.front_page),
    ("/feeds", public.feeds_page),
    ("/feeds.opml", lists.opml),
    ("/sitemap-news.xml", lists.news_sitemap),
    (f"/articles/{_SLUG}", public.article_page),
    ("/static/{name}", public.static),
    ("/media/{name}", pictures.show),
)
STATUS: tuple[tuple[str, Handler], ...] = (
    ("/healthz", status.health),
    ("/readyz", status.ready),
    ("/metrics", status.metrics),
)
API: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "/articles", articles.listing),
    ("POST", "/articles", articles.create),
    ("PUT", "/articles", articles.replace),
    ("DELETE", "/articles", articles.retract),
    ("POST", "/articles/{id:.+}/restore", articles.restore),
    ("GET", "/articles/{id:.+}", articles.show),
    ("PUT", "/articles/{id:.+}", articles.replace),
    ("DELETE", "/articles/{id:.+}", articles.retract),
    ("POST", "/media", pictures.upload),
    ("GET", "/feeds", ledger.feeds),
    ("GET", "/feeds/{slug}", past.feed),
    ("GET", "/feeds/{slug}/diff", past.diff),
    ("GET", "/feeds/{slug}/findings", findings.listing),
    ("GET", "/feeds/{slug}/readers", readers.listing),
    ("GET", "/partners", ledger.partners),
    ("GET", "/partners/{name}/report", report.show),
    ("GET", "/deliveries", ledger.deliveries),
    ("GET", "/deliveries/{id}", ledger.delivery),
    ("GET", "/copies", ledger.copies),
    ("GET", "/upstreams", ledger.upstreams),
    ("GET", "/journal", ledger.journal),
)


def build_app(served: WebContext) -> web.Application:
    """Build the application around what its handlers need."""
    app = build_health_app(served)
    app[lists.NEWS] = NewsSitemap(served.office)
    feeds = Feeds(served)
    feeds.add_routes(app.router)
    Partners(served, feeds).add_routes(app)
    app.router.add_get("/feeds/{slug}/archive/{document}", for_programs(archives.archive))
    # After the feeds: what is looked up before them costs every request for one.
    app.router.add_options(preflight.PATH, for_programs(preflight.preflight))
    app.add_routes([web.get(path, for_readers(handler)) for path, handler in PAGES])
    app.add_routes([_route(method, f"/api/v1{path}", for_programs(handler)) for method, path, handler in API])
    app.router.add_post("/inbound/{upstream:[a-z0-9-]+}", for_programs(inbound.inbound))
    for prefix in ("/api", "/inbound"):
        app.router.add_route("*", prefix + "/{anything:.*}", for_programs(nowhere.nowhere))
    app.router.add_route("*", "/{anything:.*}", for_readers(nowhere.nowhere))
    return app


def build_health_app(served: WebContext) -> web.Application:
    """Build what a process answers that serves nobody: whether it lives, and how it does."""
    app = web.Application()
    app[CONTEXT] = served
    app.add_routes([web.get(path, for_programs(handler)) for path, handler in STATUS])
    return app


def _route(method: str, path: str, handler: Handler) -> web.RouteDef:
    return web.get(path, handler) if method == "GET" else web.route(method, path, handler)
