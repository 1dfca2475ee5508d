"""/demo: the stage, on which one story can be watched through both papers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import cache, partial
from pathlib import Path
from types import MappingProxyType
from urllib.parse import quote, urlsplit

from aiohttp import web
from jinja2 import Environment, PackageLoader, StrictUndefined

from syndicate.demo.acts import Acts
from syndicate.demo.gate import gate
from syndicate.demo.scene import Scene, scene
from syndicate.errors import SyndicateError
from syndicate.model.declarations import Publisher

_STATIC = MappingProxyType({"stage.css": "text/css", "stage.js": "text/javascript", "stage.svg": "image/svg+xml"})
_ENVIRONMENT = Environment(
    loader=PackageLoader("syndicate.demo", "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
Act = Callable[[str], Awaitable[str]]


def hosts(publisher: Publisher) -> tuple[str, ...]:
    """Return the names, with the port, under which the stage of a publisher is opened."""
    port = urlsplit(publisher.base_url).port
    return f"127.0.0.1:{port}", f"localhost:{port}"


class Stage:
    """The stage of two papers; `papers` are the publisher and the second paper."""

    def __init__(self, acts: Acts, papers: tuple[Publisher, Publisher]) -> None:
        self._acts = acts
        self._papers = papers

    def app(self) -> web.Application:
        """Return the application to mount at /demo."""
        acts = self._acts
        app = web.Application(middlewares=[gate(hosts(self._papers[0]))])
        app.add_routes([web.get("", self._page), web.get("/line", self._line), web.get("/static/{name}", _static)])
        for act in (acts.publish, acts.correct, acts.retract, acts.restore, acts.unplug, acts.reconnect):
            app.router.add_post(f"/{act.__name__}", partial(self._perform, act))
        return app

    async def _page(self, request: web.Request) -> web.Response:
        return await self._answer("stage.html", request.query.get("article", ""))

    async def _line(self, request: web.Request) -> web.Response:
        return await self._answer("line.html", request.query.get("article", ""))

    async def _perform(self, act: Act, request: web.Request) -> web.Response:
        """Do what a button says; the answer leads back to the page, so that reloading it repeats nothing."""
        form = await request.post()
        slug = str(form.get("article", ""))
        try:
            shown = await act(slug)
        except SyndicateError as error:
            return await self._answer("stage.html", slug, status=409, trouble=f"{error.message}. {error.remedy}")
        raise web.HTTPSeeOther(f"/demo?article={quote(shown)}")

    async def _answer(self, template: str, slug: str, *, status: int = 200, trouble: str = "") -> web.Response:
        now = await self._scene(slug)
        html = _ENVIRONMENT.get_template(template).render(scene=now, papers=self._papers, trouble=trouble)
        return web.Response(text=html, status=status, content_type="text/html", headers=self._headers())

    async def _scene(self, slug: str) -> Scene:
        return await scene(self._acts.office, self._acts.plug, slug, papers=self._papers)

    def _headers(self) -> dict[str, str]:
        frames = " ".join(paper.root for paper in self._papers)
        policy = (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
            f"frame-src {frames}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        )
        return {
            "Content-Security-Policy": policy,
            "Cache-Control": "no-store",
            # With less, browsers would send "Origin: null" with the stage's own forms.
            "Referrer-Policy": "same-origin",
            "X-Content-Type-Options": "nosniff",
        }


@cache
def _content(name: str) -> bytes:
    return (Path(__file__).resolve().parent / "static" / name).read_bytes()


async def _static(request: web.Request) -> web.Response:
    name = request.match_info["name"]
    if name not in _STATIC:
        raise web.HTTPNotFound
    headers = {"Cache-Control": "no-cache", "Content-Type": _STATIC[name], "X-Content-Type-Options": "nosniff"}
    return web.Response(body=_content(name), headers=headers)
