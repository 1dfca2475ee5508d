"""Who reads us, for programs: what feeds and polling partners come to, and one feed's readers."""

from __future__ import annotations

from datetime import timedelta

from aiohttp import web

from syndicate.actions.audience import list_readers
from syndicate.actions.pollers import Lag, Polling
from syndicate.model.readers import Audience, Reader
from syndicate.web.api.documents import when
from syndicate.web.api.requests import limit, page, require
from syndicate.web.context import context


async def listing(request: web.Request) -> web.Response:
    """List a feed's readers, the worst-mannered first: as many as `limit` says, and no page after that."""
    await require(request, "read")
    found = await list_readers(context(request).office, request.match_info["slug"], limit=limit(request))
    return page([document(each) for each in found], following=None)


def document(reader: Reader) -> dict[str, object]:
    return {
        "reader": reader.reader,
        "service": reader.service,
        "subscribers": reader.subscribers,
        "polls": reader.polls,
        "not_modified_share": _share(reader.not_modified, reader.polls),
        "unconditional_share": _share(reader.unconditional, reader.polls),
        "interval_seconds": seconds(reader.interval),
        "first_at": when(reader.first_at),
        "last_at": when(reader.last_at),
    }


def audience(found: Audience | None) -> dict[str, object]:
    """Show what a feed's readers come to; shares are None before the first poll."""
    if found is None:
        return {"subscribers": 0, "polls": 0, "not_modified_share": None, "unconditional_share": None}
    return {
        "subscribers": found.subscribers,
        "polls": found.polls,
        "not_modified_share": _share(found.not_modified, found.polls),
        "unconditional_share": _share(found.unconditional, found.polls),
    }


def polling(found: Polling | None) -> dict[str, object] | None:
    """Show how a partner that polls does; None for one that does not."""
    if found is None:
        return None
    reader = found.reader
    return {
        "last_at": None if reader is None else when(reader.last_at),
        "interval_seconds": None if reader is None else seconds(reader.interval),
        "silent_since": when(found.silent_since),
        "lag": _lag(found.lag),
    }


def _lag(lag: Lag) -> dict[str, object]:
    return {
        "fetched": lag.fetched,
        "usual_seconds": seconds(lag.usual),
        "longest_seconds": seconds(lag.longest),
        "waiting": lag.waiting,
        "waiting_since": when(lag.waiting_since),
    }


def seconds(duration: timedelta | None) -> int | None:
    return None if duration is None else round(duration.total_seconds())


def _share(part: int, whole: int) -> float:
    return round(part / whole, 3)
