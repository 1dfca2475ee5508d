"""Answers of what changed since an edition that the client holds (RFC 3229, instance manipulation `feed`)."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from syndicate.actions.editions import Edition
from syndicate.policy.conditional import Base, bases, wants_feed_delta
from syndicate.web.context import WebContext
from syndicate.web.editions import body_headers, edition_headers

# A cache that does not know 226 must not take it for the feed (RFC 3229 section 10.4.1).
_UNSHARED = {"Cache-Control": "private, no-store", "Vary": "A-IM, If-None-Match, Accept-Encoding"}


@dataclass(frozen=True)
class Delta:
    """What changed up to the edition `whole` since the one that the client holds."""

    base: Base
    whole: Edition
    changes: Edition


async def delta_for(request: web.Request, served: WebContext, key: str, format_name: str) -> Delta | None:
    """Work out what changed in the view `key` since what a client holds; None where it gets the whole, or nothing."""
    held = ", ".join(request.headers.getall("If-None-Match", ()))
    if not wants_feed_delta(", ".join(request.headers.getall("A-IM", ()))):
        return None
    newest = served.editions.heads.get(key, 0)
    base = next((base for base in bases(held) if base.seq < newest), None)
    # Its seq alone says nothing: after a backup was put back, others were given the same.
    if base is None or not await served.editions.served.is_known(key, format_name, base.digest):
        return None
    if (found := await served.chapters.delta(key, format_name, base.seq)) is None:
        return None
    return Delta(base, *found)


def delta_answer(delta: Delta, coding: str) -> web.Response:
    """Answer 226: the changes as a feed, under the tag of the whole feed in the coding that is sent."""
    headers = edition_headers(delta.whole, coding, _UNSHARED) | body_headers(delta.changes, coding)
    named = {"IM": "feed", "Delta-Base": delta.base.tag}
    return web.Response(status=226, reason="IM Used", body=delta.changes.bodies[coding], headers=headers | named)
