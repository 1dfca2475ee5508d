"""Run the demo: two papers in one process, until a signal asks it to stop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from aiohttp import web

from syndicate.app.control import controlled
from syndicate.app.service import Service, opened, serving
from syndicate.app.serving import stop_signal
from syndicate.demo import stock
from syndicate.demo.acts import Acts
from syndicate.demo.homes import Homes
from syndicate.demo.plug import Plug
from syndicate.demo.ports import Place, take_ports
from syndicate.demo.stage import Stage, hosts
from syndicate.model.declarations import Publisher
from syndicate.web.pages.environment import page_headers

_POLICY = "Content-Security-Policy"


@dataclass(frozen=True)
class Show:
    """A demo that runs: where its papers are, what it found busy, and the token for its API."""

    homes: Homes
    papers: tuple[Publisher, Publisher]
    busy: tuple[tuple[int, int], ...]
    token: str


@dataclass(frozen=True)
class Wishes:
    """What the command was asked for. `fresh` removes what an earlier demo left."""

    data: Path
    project: Path
    ports: tuple[int, int]
    fresh: bool


async def run(wishes: Wishes, on_ready: Callable[[Show], None]) -> None:
    """Run until SIGTERM or SIGINT. Raises ConfigurationError, StoreError."""
    stop = stop_signal()
    async with showing(wishes) as show:
        on_ready(show)
        await stop.wait()


@asynccontextmanager
async def showing(wishes: Wishes) -> AsyncIterator[Show]:
    """Run both papers and the stage until the block ends."""
    async with AsyncExitStack() as stack:
        places = take_ports(wishes.ports)
        for place in places:
            stack.callback(place.socket.close)
        homes = await asyncio.to_thread(_home, wishes, (places[0].port, places[1].port))
        harbour = await stack.enter_async_context(_open_paper(homes, "harbour"))
        meridian = await stack.enter_async_context(_open_paper(homes, "meridian"))
        papers = harbour.declarations.publisher, meridian.declarations.publisher
        await _open_stage(stack, harbour, meridian, places)
        token = await stock.token(harbour, homes.token_file)
        yield Show(homes, papers, _busy(places), token)


@asynccontextmanager
async def _open_paper(homes: Homes, paper: str) -> AsyncIterator[Service]:
    """Open a paper that answers commands, and whose files are read again when they change."""
    reread = partial(homes.load, paper)
    async with opened(reread(), reread=reread) as service, controlled(service):
        yield service


def _home(wishes: Wishes, ports: tuple[int, int]) -> Homes:
    homes = Homes.below(wishes.data, ports)
    if wishes.fresh:
        homes.empty()
    homes.furnish(wishes.project)
    return homes


async def _open_stage(stack: AsyncExitStack, harbour: Service, meridian: Service, places: Sequence[Place]) -> None:
    """Let both papers run, the second one first, so that somebody is at home for the first delivery."""
    papers = harbour.declarations.publisher, meridian.declarations.publisher
    runner = await stack.enter_async_context(serving(meridian, _framed(meridian.web_app(), papers[0])))
    plug = Plug(runner, places[1].socket)
    await plug.put_in()
    pictures = await stock.keep_pictures(harbour)
    await stock.load_samples(harbour, pictures)
    app = _framed(harbour.web_app(), papers[0])
    app.add_subapp("/demo", Stage(Acts(harbour.office, pictures, plug), papers).app())
    runner = await stack.enter_async_context(serving(harbour, app))
    await web.SockSite(runner, places[0].socket).start()


def _framed(app: web.Application, publisher: Publisher) -> web.Application:
    """Let the stage of `publisher`, and nobody else, show the application's pages in frames."""
    usual = page_headers()[_POLICY]
    framed = page_headers(framed_by=[f"http://{host}" for host in hosts(publisher)])[_POLICY]

    async def relax(_request: web.Request, response: web.StreamResponse) -> None:
        if response.headers.get(_POLICY) == usual:
            response.headers[_POLICY] = framed

    app.on_response_prepare.append(relax)
    return app


def _busy(places: Sequence[Place]) -> tuple[tuple[int, int], ...]:
    return tuple((place.busy, place.port) for place in places if place.busy is not None)
