"""What the console shows, for programs: feeds, partners, deliveries, copies, upstreams, the journal."""

from __future__ import annotations

from aiohttp import web

from syndicate.actions import listings
from syndicate.actions.audience import audiences
from syndicate.actions.linting import count_refused
from syndicate.actions.listings import PartnerState
from syndicate.errors import InvalidQueryError, Violation
from syndicate.model.delivery import DeliveryState
from syndicate.web.api import documents
from syndicate.web.api.documents import when
from syndicate.web.api.readers import audience, polling
from syndicate.web.api.requests import cursor, instant, limit, name, next_cursor, number, page, require
from syndicate.web.context import context


async def feeds(request: web.Request) -> web.Response:
    await require(request, "read")
    declared = context(request).declarations()
    base = f"{declared.publisher.root}/feeds"
    readers, refused = await audiences(context(request).office), await count_refused(context(request).office)
    items = [
        feed.model_dump(mode="json", exclude_defaults=True)
        | {"addresses": {name: f"{base}/{feed.slug}.{name}" for name in ("rss", "atom", "json")}}
        | {"refused": refused.get(feed.slug, 0)}
        | audience(readers.get(feed.slug))
        for feed in declared.feeds
    ]
    return page(items, following=None)


async def partners(request: web.Request) -> web.Response:
    await require(request, "read")
    states = await listings.list_partners(context(request).office)
    return page([partner(state) for state in states], following=None)


def partner(state: PartnerState) -> dict[str, object]:
    """Show a partner without its options, which may name internal addresses."""
    declared = state.partner
    return {
        "name": declared.name,
        "connector": declared.connector,
        "schedule": declared.schedule,
        "timezone": declared.timezone,
        "contact": declared.contact,
        "health": state.health.state,
        "since": when(state.health.since),
        "reason": state.health.reason,
        "failing_since": when(state.health.failing_since),
        "failures_in_a_row": state.health.consecutive_failures,
        "last_failure": state.health.last_failure,
        "next_try_at": when(state.health.probe_at),
        "stopped": state.stopped,
        "deliveries": state.deliveries,
        "oldest_waiting_at": when(state.oldest_waiting_at),
        "oldest_retraction_at": when(state.oldest_retraction_at),
        "polling": polling(state.polling),
    }


async def deliveries(request: web.Request) -> web.Response:
    await require(request, "read")
    state = request.query.get("state")
    if state is not None and state not in set(DeliveryState):
        known = ", ".join(DeliveryState)
        raise InvalidQueryError("unknown state", [Violation("state", f"must be one of: {known}")])
    before, most = cursor(request, instant, name), limit(request)
    found = await listings.list_deliveries(
        context(request).office,
        partner=request.query.get("partner"),
        state=state,
        before=None if before is None else (before[0], before[1]),
        limit=most,
    )
    following = next_cursor(found[-1].created_at.isoformat(), found[-1].id) if len(found) == most else None
    return page([documents.delivery(each) for each in found], following=following)


async def delivery(request: web.Request) -> web.Response:
    await require(request, "read")
    found, attempts = await listings.show_delivery(context(request).office, request.match_info["id"])
    document = documents.delivery(found) | {"log": [documents.attempt(each) for each in attempts]}
    return web.json_response(document, headers={"Cache-Control": "no-store"})


async def copies(request: web.Request) -> web.Response:
    await require(request, "read")
    after, most = cursor(request, name, name), limit(request)
    found = await listings.list_copies(
        context(request).office,
        article=request.query.get("article"),
        partner=request.query.get("partner"),
        limit=most,
        after=("", "") if after is None else (after[0], after[1]),
    )
    following = next_cursor(found[-1].partner, found[-1].article_id) if len(found) == most else None
    return page([documents.copy(each) for each in found], following=following)


async def upstreams(request: web.Request) -> web.Response:
    await require(request, "read")
    states = await listings.list_upstreams(context(request).office)
    items = [
        {
            "name": state.upstream.name,
            "kind": state.upstream.kind,
            "publish": state.upstream.publish,
            "onward": state.upstream.onward,
            "last_received_at": when(state.last_received_at),
            "articles": state.articles,
        }
        for state in states
    ]
    return page(items, following=None)


async def journal(request: web.Request) -> web.Response:
    """List what happened, the newest first."""
    await require(request, "read")
    after, most = cursor(request, number), limit(request)
    before = None if after is None else after[0]
    found = await listings.list_journal(context(request).office, after=None, before=before, limit=most)
    following = next_cursor(found[-1].seq) if len(found) == most else None
    return page([documents.journal_entry(each) for each in found], following=following)
