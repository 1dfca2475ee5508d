"""The web application: every address the service answers at, in one table."""

from __future__ import annotations

from aiohttp import web

from syndicate.web import inbound, pictures, public, status
from syndicate.web.api import articles, ledger
from syndicate.web.context import CONTEXT, WebContext
from syndicate.web.feeds import Feeds
from syndicate.web.headers import dress
from syndicate.web.problems import failures, problems

_SLUG = "{slug:[a-z0-9][a-z0-9-]{0,99}}"


def build_app(served: WebContext) -> web.Application:
    """Build the application around what its handlers need."""
    app = web.Application()
    app[CONTEXT] = served
    app.on_response_prepare.append(dress)
    # Feeds stand outside `failures`: they are asked for more often than all else together.
    app.router.add_get("/feeds/{name}", Feeds(served).answer)
    app.add_routes(
        [
            web.get("/", failures(public.front_page)),
            web.get("/feeds", failures(public.feeds_page)),
            web.get("/feeds.opml", failures(public.opml)),
            web.get(f"/articles/{_SLUG}", failures(public.article_page)),
            web.get("/static/{name}", failures(public.static)),
            web.get("/media/{name}", failures(pictures.show)),
            web.get("/healthz", status.health),
            web.get("/readyz", failures(status.ready)),
            web.get("/metrics", failures(status.metrics)),
        ]
    )
    app.add_subapp("/api/v1", build_api())
    app.add_subapp("/inbound", build_inbound())
    app.router.add_route("*", "/{anything:.*}", public.nothing_here)
    return app


def build_health_app(served: WebContext) -> web.Application:
    """Build what a process answers that serves nobody: whether it lives."""
    app = web.Application()
    app[CONTEXT] = served
    app.add_routes([web.get("/healthz", status.health)])
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
