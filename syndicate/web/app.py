"""The web application: every address the service answers at, in one table."""

from __future__ import annotations

from aiohttp import web

from syndicate.web import inbound, pictures, public, status
from syndicate.web.api import articles, ledger
from syndicate.web.context import CONTEXT, WebContext
from syndicate.web.feeds import Feeds
from syndicate.web.headers import dress
from syndicate.web.problems import for_programs, for_readers, problems

_SLUG = "{slug:[a-z0-9][a-z0-9-]{0,99}}"


def build_app(served: WebContext) -> web.Application:
    """Build the application around what its handlers need."""
    app = _application(served)
    # Asked for more often than all else together, so nothing stands around it.
    app.router.add_get("/feeds/{name}", Feeds(served).answer)
    app.add_routes(
        [
            web.get("/", for_readers(public.front_page)),
            web.get("/feeds", for_readers(public.feeds_page)),
            web.get("/feeds.opml", for_readers(public.opml)),
            web.get(f"/articles/{_SLUG}", for_readers(public.article_page)),
            web.get("/static/{name}", for_readers(public.static)),
            web.get("/media/{name}", for_readers(pictures.show)),
        ]
    )
    app.add_subapp("/api/v1", build_api())
    app.add_subapp("/inbound", build_inbound())
    app.router.add_route("*", "/{anything:.*}", public.nothing_here)
    return app


def build_health_app(served: WebContext) -> web.Application:
    """Build what a process answers that serves nobody: whether it lives, and how it does."""
    return _application(served)


def _application(served: WebContext) -> web.Application:
    app = web.Application()
    app[CONTEXT] = served
    app.on_response_prepare.append(dress)
    app.add_routes(
        [
            web.get("/healthz", for_programs(status.health)),
            web.get("/readyz", for_programs(status.ready)),
            web.get("/metrics", for_programs(status.metrics)),
        ]
    )
    return app


def build_api() -> web.Application:
    api = web.Application(middlewares=[problems])
    api.add_routes(
        [
            web.get("/articles", articles.listing),
            web.post("/articles", articles.create),
            web.put("/articles", articles.replace),
            web.delete("/articles", articles.retract),
            web.post("/articles/{id:.+}/restore", articles.restore),
            web.get("/articles/{id:.+}", articles.show),
            web.put("/articles/{id:.+}", articles.replace),
            web.delete("/articles/{id:.+}", articles.retract),
            web.post("/media", pictures.upload),
            web.get("/feeds", ledger.feeds),
            web.get("/partners", ledger.partners),
            web.get("/deliveries", ledger.deliveries),
            web.get("/deliveries/{id}", ledger.delivery),
            web.get("/copies", ledger.copies),
            web.get("/upstreams", ledger.upstreams),
            web.get("/journal", ledger.journal),
        ]
    )
    return api


def build_inbound() -> web.Application:
    app = web.Application(middlewares=[problems])
    app.add_routes([web.post("/{upstream:[a-z0-9-]+}", inbound.inbound)])
    return app
