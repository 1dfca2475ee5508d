"""A partner's web site: pages that a test writes and changes, on a port of this machine."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html import escape

from aiohttp import web
from aiohttp.test_utils import TestServer

from syndicate.model.article import Article

STORY = "http://127.0.0.1:8080/articles/new-ferry-sails-on-time"


@dataclass
class Gazette:
    """`pages` by path; what has none is answered 404. `statuses` and `redirects` come before pages."""

    pages: dict[str, str] = field(default_factory=dict)
    statuses: dict[str, int] = field(default_factory=dict)
    redirects: dict[str, str] = field(default_factory=dict)
    agents: list[str] = field(default_factory=list)
    base: str = ""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.agents.append(request.headers.get("User-Agent", ""))
        path = request.path
        if path in self.redirects:
            raise web.HTTPFound(self.redirects[path])
        if path in self.statuses or path not in self.pages:
            return web.Response(status=self.statuses.get(path, 404), text="")
        return web.Response(text=self.pages[path], content_type="text/html")


@asynccontextmanager
async def a_gazette() -> AsyncIterator[Gazette]:
    """Run a site whose front page lists headlines."""
    gazette = Gazette(pages={"/": "<title>Gazette</title><h1>Gazette</h1><h2>New ferry sails on time</h2>"})
    app = web.Application()
    app.router.add_get("/{path:.*}", gazette.answer)
    async with TestServer(app) as server:
        gazette.base = f"http://127.0.0.1:{server.port}"
        yield gazette


def a_page(
    article: Article,
    *,
    source: str = f'<p>Posted on: <a href="{STORY}">Harbour Daily</a></p>',
    canonical: str = f'<link rel="canonical" href="{STORY}">',
) -> str:
    """Write a page as a partner's CMS would: with its own furniture, and other quotes than ours."""
    title, body = escape(article.title), (article.body_html or "").replace("'", "\u2019")
    corrections = "".join(f"<p>Correction: {escape(each.note)}</p>" for each in article.corrections)
    return (
        f"<!doctype html><html><head><title>{title} - Gazette</title>{canonical}</head><body><nav>Home News</nav>"
        f"<h1>{title}</h1><article>{body}{corrections}</article>{source}</body></html>"
    )
