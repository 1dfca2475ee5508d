"""/partners/<name>/: what a partner that polls fetches: its own feed, and the list of changes."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Awaitable, Callable

from aiohttp import web

from syndicate.actions.changes import After, Page, Position, changes, require_open
from syndicate.actions.fetched import note_fetched
from syndicate.errors import FeedNotFoundError, InvalidQueryError, SyndicateError, Violation
from syndicate.model.declarations import PartnerDeclaration
from syndicate.model.views import partner_key
from syndicate.web.admission import Admission, refusal
from syndicate.web.api.requests import cursor, name, next_cursor, number
from syndicate.web.archives import archive_of
from syndicate.web.context import WebContext
from syndicate.web.feeds import FORMATS, Feeds
from syndicate.web.problems import for_programs
from syndicate.web.waiting import Waiting

MAX_WAIT_SECONDS = 60
DEFAULT_LIMIT = 50
MAX_LIMIT = 200
PRIVATE_ARCHIVE = {"Cache-Control": "private, no-cache", "Vary": "Authorization, Accept-Encoding"}
UNKEPT = {"Cache-Control": "private, no-store", "Vary": "Authorization"}
Answer = Callable[[web.Request, PartnerDeclaration], Awaitable[web.Response]]


class Partners:
    """Answers partners that poll. Copies are noted before the answer that makes them."""

    def __init__(self, served: WebContext, feeds: Feeds) -> None:
        self._served = served
        self._feeds = feeds
        self._admission = Admission(served)
        self._waiting = Waiting()
        # The newest edition of each document whose copies are noted, so that nothing is looked up twice.
        self._noted: dict[tuple[str, str], str] = {}
        served.editions.listen(self._waiting.wake)

    def add_routes(self, app: web.Application) -> None:
        """Take /partners/<name>/; waiting requests end with the application."""
        paths = {
            "feed.{format}": self._feed,
            "feed/archive/{document}": self._archive,
            "changes": self._changes,
            "": self._page,
        }
        for path, answer in paths.items():
            app.router.add_get(f"/partners/{{name}}/{path}", for_programs(functools.partial(self._admitted, answer)))
        app.on_shutdown.append(self._end)

    async def _end(self, _: web.Application) -> None:
        self._waiting.end()

    async def _admitted(self, answer: Answer, request: web.Request) -> web.Response:
        try:
            partner = self._admission.admit(request)
            await require_open(self._served.office, partner.name)
            return await answer(request, partner)
        except SyndicateError as error:
            return refusal(error)

    # --- the feed --------------------------------------------------------------------------------------------------

    async def _feed(self, request: web.Request, partner: PartnerDeclaration) -> web.Response:
        format_name = request.match_info["format"]
        if format_name not in FORMATS:
            raise FeedNotFoundError(f"feed.{format_name}")
        response, edition = await self._feeds.own(partner_key(partner.name), format_name, request)
        if request.method == "GET" and response.status in (200, 226):
            document, tag = (partner.name, format_name), edition.etags["identity"]
            if self._noted.get(document) != tag:
                await note_fetched(self._served.office, partner.name, edition.carries)
                self._noted[document] = tag
        return response

    async def _archive(self, request: web.Request, partner: PartnerDeclaration) -> web.Response:
        key, document = partner_key(partner.name), request.match_info["document"]
        response, edition = await archive_of(request, self._served, key, document, PRIVATE_ARCHIVE)
        if request.method == "GET" and response.status == 200:
            await note_fetched(self._served.office, partner.name, edition.carries)
        return response

    async def _page(self, request: web.Request, partner: PartnerDeclaration) -> web.Response:
        root = f"{self._served.declarations().publisher.root}/partners/{partner.name}"
        names = [*(f"feed.{each}" for each in FORMATS), "changes?after=start"]
        text = "".join(f"{root}/{each}\n" for each in names)
        return web.Response(text=f"What {partner.name} can fetch, with its token:\n\n{text}", headers=UNKEPT)

    # --- changes ---------------------------------------------------------------------------------------------------

    async def _changes(self, request: web.Request, partner: PartnerDeclaration) -> web.Response:
        after, limit = _after(request), _whole(request, "limit", DEFAULT_LIMIT, least=1, most=MAX_LIMIT)
        wait = _whole(request, "wait", 0, least=0, most=MAX_WAIT_SECONDS)
        page = await self._next_page(partner.name, after, limit=limit, wait=wait)
        if request.method == "GET":
            await note_fetched(self._served.office, partner.name, page.carries)
        agent, address = request.headers.get("User-Agent", ""), self._served.visitors.address(request)
        held = not page.items
        self._served.readership.polled(partner_key(partner.name), agent, address, conditional=True, held=held)
        position = page.position
        following = next_cursor(position.epoch, position.seq, position.key)
        body = b'{"items":[%b],"cursor":"%b"}' % (b",".join(page.items), following.encode())
        return web.Response(body=body, content_type="application/json", headers=UNKEPT)

    async def _next_page(self, partner: str, after: After, *, limit: int, wait: int) -> Page:
        """Return the next items; where there are none, wait for them."""
        office, key = self._served.office, partner_key(partner)
        loop = asyncio.get_running_loop()
        until = loop.time() + wait
        page = await changes(office, partner, after, limit=limit)
        while not page.items and loop.time() < until and not self._waiting.ended:
            # What was committed since the page was read wakes nobody any more.
            unchanged = self._served.editions.heads.get(key, 0) <= page.seq
            if unchanged and not await self._waiting.until_woken(key, seconds=until - loop.time()):
                return page
            page = await changes(office, partner, page.position, limit=limit)
        return page


def _after(request: web.Request) -> After:
    match request.query.get("after", "start"):
        case "start":
            return "start"
        case "now":
            return "now"
        case _:
            read = cursor(request, name, number, number)
            assert read is not None
            return Position(*read)


def _whole(request: web.Request, key: str, default: int, *, least: int, most: int) -> int:
    text = request.query.get(key, str(default))
    if not text.isascii() or not text.isdigit() or not least <= int(text[:9]) <= most:
        reason = f"must be a whole number from {least} to {most}"
        raise InvalidQueryError(f"{key} is out of range", [Violation(key, reason)])
    return int(text)
