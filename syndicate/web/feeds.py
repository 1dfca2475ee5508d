"""Feeds over HTTP: conditional, compressed, and never older than what was answered."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from aiohttp import web
from multidict import CIMultiDict, CIMultiDictProxy

from syndicate.actions.editions import Edition
from syndicate.errors import FeedNotFoundError, SyndicateError
from syndicate.model.declarations import Declarations
from syndicate.policy.conditional import Coding, answer_conditional, choose_coding
from syndicate.web import public
from syndicate.web.context import WebContext
from syndicate.web.headers import SERVER
from syndicate.web.problems import for_readers, problem

CACHE_CONTROL = "public, max-age=60, stale-while-revalidate=300, stale-if-error=86400"
_FIXED = {
    "Cache-Control": CACHE_CONTROL,
    "Vary": "Accept-Encoding",
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Last-Modified, Link",
    "X-Content-Type-Options": "nosniff",
    "Server": SERVER,
}
FORMATS = ("rss", "atom", "json")
_PAGE = for_readers(public.feed_page)
# Most readers say it in one of a few ways.
_coding = functools.lru_cache(maxsize=256)(choose_coding)


@dataclass(frozen=True, eq=False, slots=True)
class Prepared:
    """An edition with the headers of its answers, made once for all who ask; `declared` is when it was looked up."""

    slug: str
    format: str
    edition: Edition
    declared: Declarations
    found: Mapping[str, CIMultiDict[str]]
    held: Mapping[str, CIMultiDict[str]]

    @classmethod
    def of(cls, slug: str, format_name: str, edition: Edition, declared: Declarations) -> Self:
        codings = edition.bodies.keys()
        found = {coding: CIMultiDict(found_headers(edition, coding)) for coding in codings}
        held = {coding: CIMultiDict(edition_headers(edition, coding)) for coding in codings}
        return cls(slug, format_name, edition, declared, found, held)


def edition_headers(edition: Edition, coding: str) -> dict[str, str]:
    """Return what 200 and 304 both carry (RFC 9110 section 15.4.5)."""
    return _FIXED | {"ETag": edition.etags[coding], "Last-Modified": edition.last_modified}


def found_headers(edition: Edition, coding: str) -> dict[str, str]:
    headers = edition_headers(edition, coding) | {
        "Content-Type": edition.media_type,
        "Content-Length": str(len(edition.bodies[coding])),
    }
    return headers if coding == "identity" else headers | {"Content-Encoding": coding}


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
        return await _PAGE(request)

    async def document(self, name: str, request: web.Request) -> web.Response:
        """Answer GET and HEAD of a feed in one format."""
        prepared = self._prepared.get(name)
        if prepared is None or not self._is_newest(prepared):
            try:
                prepared = await self._prepare(name)
            except SyndicateError as error:
                return problem(error)
        return self._answer(request, prepared)

    def _is_newest(self, prepared: Prepared) -> bool:
        newest = self._served.editions.ready(prepared.slug, prepared.format)
        return newest is prepared.edition and prepared.declared is self._served.declarations()

    async def _prepare(self, name: str) -> Prepared:
        slug, _, format_name = name.rpartition(".")
        declared = self._served.declarations()
        if declared.feed(slug) is None or format_name not in FORMATS:
            raise FeedNotFoundError(name)
        edition = await self._served.editions.get(slug, format_name)
        # What is newest no more goes, or it would outlive the bounds of the editions' own cache.
        self._prepared = {key: kept for key, kept in self._prepared.items() if self._is_newest(kept)}
        prepared = self._prepared[name] = Prepared.of(slug, format_name, edition, declared)
        return prepared

    def _answer(self, request: web.Request, prepared: Prepared) -> web.Response:
        asked = request.headers
        coding: Coding = _coding(asked["Accept-Encoding"]) if "Accept-Encoding" in asked else "identity"
        served = self._served
        if "If-None-Match" in asked or "If-Modified-Since" in asked:
            if is_held(request.method, asked, prepared.edition, now=served.office.now()):
                served.counters.feed_requests[prepared.slug, 304] += 1
                return web.Response(status=304, headers=prepared.held[coding])
        elif served.visitors.is_counted(request):
            try:
                served.visitors.count_feed_request(request, f"{prepared.slug}.{prepared.format}", served.office.now())
            except SyndicateError as error:
                served.counters.feed_requests[prepared.slug, 429] += 1
                return problem(error)
        served.counters.feed_requests[prepared.slug, 200] += 1
        return web.Response(body=prepared.edition.bodies[coding], headers=prepared.found[coding])


def is_held(method: str, asked: CIMultiDictProxy[str], edition: Edition, *, now: datetime) -> bool:
    """Say whether the client holds the edition, so that 304 is the answer."""
    tags = asked.getall("If-None-Match", None)
    return answer_conditional(
        method,
        None if tags is None else ", ".join(tags),
        asked.get("If-Modified-Since"),
        etags=edition.etags.values(),
        last_modified=edition.changed_at,
        now=now,
    )
