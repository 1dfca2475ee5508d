"""Feeds over HTTP: conditional, compressed, and never older than what was answered."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from aiohttp import web
from multidict import CIMultiDict

from syndicate.actions.editions import Edition
from syndicate.errors import FeedGoneError, FeedNotFoundError, SyndicateError
from syndicate.model.declarations import Declarations, FeedDeclaration
from syndicate.policy.caching import Outlook, bounds_of, cache_control
from syndicate.policy.conditional import Coding, choose_coding
from syndicate.policy.purging import feed_key
from syndicate.web import public, then
from syndicate.web.context import WebContext, context
from syndicate.web.deltas import Delta, delta_answer, delta_for
from syndicate.web.editions import edition_headers, found_headers, is_held
from syndicate.web.former import GONE_CACHE_CONTROL, former
from syndicate.web.problems import for_readers, problem

FORMATS = ("rss", "atom", "json")
PRIVATE = {"Cache-Control": "private, no-cache"}


async def _former_page(request: web.Request) -> web.Response:
    return former(context(request), request.match_info["name"])


_PAGE = for_readers(public.feed_page)
_FORMER_PAGE = for_readers(_former_page)
# Most readers say it in one of a few ways.
_coding = functools.lru_cache(maxsize=256)(choose_coding)
# How long an answer's Cache-Control stands: ages are whole seconds.
STANDS = timedelta(seconds=1)


@dataclass(frozen=True, eq=False, slots=True)
class Prepared:
    """An edition with the headers of its answers, made once a second for all who ask.

    `declared` and `outlook` are what they were made from, at `made_at`; a clock set back makes them anew, too.
    """

    slug: str
    format: str
    edition: Edition
    declared: Declarations
    outlook: Outlook | None
    made_at: datetime
    stands_until: datetime
    found: Mapping[str, CIMultiDict[str]]
    held: Mapping[str, CIMultiDict[str]]
    private: bool = False
    """Whether it is a polled partner's own, to be kept by nobody else."""


def _coding_of(asked: Mapping[str, str]) -> Coding:
    return _coding(asked["Accept-Encoding"]) if "Accept-Encoding" in asked else "identity"


def _is_conditional(asked: Mapping[str, str]) -> bool:
    return "If-None-Match" in asked or "If-Modified-Since" in asked


class Feeds:
    """Answers /feeds/<name>: a feed's documents, and its page for people.

    More is asked here than everywhere else together, so the way is kept short: no middleware stands around it, names
    known at the start need no pattern, and an answer copies headers that were made with the edition.
    """

    def __init__(self, served: WebContext) -> None:
        self._served = served
        self._prepared: dict[str, Prepared] = {}

    def add_routes(self, router: web.UrlDispatcher) -> None:
        """Take /feeds/<name>: by name what is declared now, by pattern what comes later."""
        for feed in self._served.declarations().feeds:
            for format_name in FORMATS:
                name = f"{feed.slug}.{format_name}"
                router.add_get(f"/feeds/{name}", functools.partial(self.document, name))
        router.add_get("/feeds/{name}", self.anything)

    async def anything(self, request: web.Request) -> web.StreamResponse:
        """Answer GET and HEAD of a document, or of a feed's page."""
        name = request.match_info["name"]
        if "." in name:
            return await self.document(name, request)
        return await (_PAGE if self._served.declarations().feed(name) else _FORMER_PAGE)(request)

    async def document(self, name: str, request: web.Request) -> web.StreamResponse:
        """Answer GET and HEAD of a feed in one format."""
        if then.asks_for_the_past(request):
            return await then.document(request, name)
        prepared = self._prepared.get(name)
        if prepared is None or not self._is_fresh(prepared):
            try:
                prepared = await self._prepare(name)
            except FeedNotFoundError:
                return self._former(name)
            except SyndicateError as error:
                return problem(error)
        return await self._answer(request, prepared)

    async def own(self, key: str, format_name: str, request: web.Request) -> tuple[web.Response, Edition]:
        """Answer a polled partner, who was let in already, from its own feed; the edition is what it has from then on.

        Raises FeedNotFoundError.
        """
        edition = await self._served.editions.get(key, format_name)
        prepared = self._dress_own(key, format_name, edition)
        delta = None
        if (response := self._at_once(request, prepared)) is None:
            delta = await self._delta(request, prepared)
            response = self._found(request, prepared, delta)
        response.headers["Vary"] = f"Authorization, {response.headers.get('Vary', '')}".rstrip(", ")
        return response, edition if delta is None else delta.whole

    def _dress_own(self, key: str, format_name: str, edition: Edition) -> Prepared:
        found = {coding: CIMultiDict(found_headers(edition, coding, PRIVATE)) for coding in edition.bodies}
        held = {coding: CIMultiDict(edition_headers(edition, coding, PRIVATE)) for coding in edition.bodies}
        declared, now = self._served.declarations(), self._served.office.now()
        return Prepared(key, format_name, edition, declared, None, now, now, found, held, private=True)

    def _former(self, name: str) -> web.Response:
        slug, _, format_name = name.rpartition(".")
        try:
            if format_name not in FORMATS:
                raise FeedNotFoundError(name)
            return former(self._served, slug, f".{format_name}")
        except FeedGoneError as error:
            answer = problem(error)
            answer.headers["Cache-Control"] = GONE_CACHE_CONTROL
            answer.headers.update(self._served.tags(feed_key(slug)))
            return answer
        except SyndicateError as error:
            return problem(error)

    def _is_newest(self, prepared: Prepared) -> bool:
        newest = self._served.editions.ready(prepared.slug, prepared.format)
        return newest is prepared.edition and prepared.declared is self._served.declarations()

    def _is_fresh(self, prepared: Prepared) -> bool:
        """Say whether edition and headers hold."""
        now = self._served.office.now()
        if not prepared.made_at <= now < prepared.stands_until or not self._is_newest(prepared):
            return False
        return self._served.outlooks.is_in_force(prepared.slug, prepared.outlook)

    async def _prepare(self, name: str) -> Prepared:
        slug, _, format_name = name.rpartition(".")
        declared = self._served.declarations()
        if (feed := declared.feed(slug)) is None or format_name not in FORMATS:
            raise FeedNotFoundError(name)
        outlook = await self._served.outlooks.get(slug)
        edition = await self._served.editions.get(slug, format_name)
        before = self._prepared.get(name)
        if before is None or before.edition is not edition:
            # What is newest no more goes, or it would outlive the bounds of the editions' own cache.
            self._prepared = {key: kept for key, kept in self._prepared.items() if self._is_newest(kept)}
        prepared = self._prepared[name] = self._dress(feed, format_name, edition, declared, outlook)
        return prepared

    def _dress(
        self, feed: FeedDeclaration, format_name: str, edition: Edition, declared: Declarations, outlook: Outlook
    ) -> Prepared:
        served, now = self._served, self._served.office.now()
        bounds = bounds_of(feed, declared.caching, shared=served.shared_age)
        kept = cache_control(outlook, bounds, declared.caching, now=now)
        shared = {"Cache-Control": kept, **served.tags(feed_key(feed.slug))}
        found = {coding: CIMultiDict(found_headers(edition, coding, shared)) for coding in edition.bodies}
        held = {coding: CIMultiDict(edition_headers(edition, coding, shared)) for coding in edition.bodies}
        return Prepared(feed.slug, format_name, edition, declared, outlook, now, now + STANDS, found, held)

    async def _answer(self, request: web.Request, prepared: Prepared) -> web.Response:
        if (answer := self._at_once(request, prepared)) is not None:
            return answer
        return self._found(request, prepared, await self._delta(request, prepared))

    async def _delta(self, request: web.Request, prepared: Prepared) -> Delta | None:
        if "A-IM" not in request.headers or "If-None-Match" not in request.headers:
            return None
        return await delta_for(request, self._served, prepared.slug, prepared.format)

    def _at_once(self, request: web.Request, prepared: Prepared) -> web.Response | None:
        """Answer who holds the edition, and refuse who asks too often, before anything is made for them."""
        asked, served = request.headers, self._served
        conditional = _is_conditional(asked)
        if conditional and is_held(request.method, asked, prepared.edition, now=served.office.now()):
            served.counters.feed_requests[prepared.slug, 304] += 1
            self._count_reader(request, prepared.slug, conditional=True, held=True)
            return web.Response(status=304, headers=prepared.held[_coding_of(asked)])
        # Whatever it says it has: validators can be invented, and those that are right cost nothing.
        if not prepared.private and served.visitors.is_counted(request):
            try:
                served.visitors.count_feed_request(request, f"{prepared.slug}.{prepared.format}", served.office.now())
            except SyndicateError as error:
                served.counters.feed_requests[prepared.slug, 429] += 1
                return problem(error)
        return None

    def _found(self, request: web.Request, prepared: Prepared, delta: Delta | None) -> web.Response:
        coding = _coding_of(request.headers)
        self._served.counters.feed_requests[prepared.slug, 226 if delta else 200] += 1
        self._count_reader(request, prepared.slug, conditional=_is_conditional(request.headers))
        if delta is not None:
            return delta_answer(delta, coding)
        return web.Response(body=prepared.edition.bodies[coding], headers=prepared.found[coding])

    def _count_reader(self, request: web.Request, slug: str, *, conditional: bool, held: bool = False) -> None:
        # A HEAD only looks whether there is something to get.
        if request.method == "GET":
            agent, address = request.headers.get("User-Agent", ""), self._served.visitors.address(request)
            self._served.readership.polled(slug, agent, address, conditional=conditional, held=held)
