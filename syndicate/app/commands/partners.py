"""Commands on partners, their copies and deliveries, and on upstreams."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from syndicate.actions import listings, operate, single
from syndicate.actions.preview import preview as make_preview
from syndicate.actions.probe import probe
from syndicate.actions.report import report
from syndicate.app.commands.command import Call
from syndicate.connectors.contract import Accepted, Preview
from syndicate.model.instants import parse_instant
from syndicate.web.api import documents, ledger
from syndicate.web.api import report as report_page


async def listing(call: Call) -> list[dict[str, Any]]:
    return [ledger.partner(state) for state in await listings.list_partners(call.office)]


async def show(call: Call) -> dict[str, Any]:
    """Show a partner as declared and as it fares; args: partner."""
    state = await listings.show_partner(call.office, call.args["partner"])
    return state.partner.model_dump(mode="json") | ledger.partner(state)


async def test(call: Call) -> dict[str, Any]:
    """Send a signed test event; args: partner."""
    probed = await probe(call.office, call.service.connections, call.args["partner"])
    outcome = probed.outcome
    return {
        "accepted": isinstance(outcome, Accepted),
        "status": outcome.status,
        "reason": None if isinstance(outcome, Accepted) else outcome.reason,
        "answer": outcome.answer,
        "duration_ms": int(probed.duration.total_seconds() * 1000),
    }


async def preview(call: Call) -> dict[str, Any]:
    """Show what a partner would be sent; args: partner, article."""
    found = await make_preview(call.office, call.service.connections, call.args["partner"], call.args["article"])
    return {"owed": found.owed} | _previewed(found.preview)


def _previewed(made: Preview) -> dict[str, Any]:
    """Show a request as it would go out: `body` is None where it is no text, and stands in `body_base64` then."""
    return {
        "method": made.method,
        "url": made.url,
        "headers": dict(made.headers),
        **_bytes(made.body),
        "before": [_previewed(each) for each in made.before],
    }


def _bytes(body: bytes) -> dict[str, Any]:
    try:
        return {"body": body.decode()}
    except UnicodeDecodeError:
        return {"body": None, "body_base64": b64encode(body).decode()}


async def pause(call: Call) -> None:
    """Send a partner nothing; args: partner, reason."""
    await operate.pause_partner(call.office, call.args["partner"], reason=call.args["reason"], actor=call.actor)


async def resume(call: Call) -> None:
    await operate.resume_partner(call.office, call.args["partner"], actor=call.actor)


async def replay(call: Call) -> dict[str, Any]:
    """Bring a partner to the newest state; args: partner, since (an instant)."""
    since = parse_instant(call.args["since"])
    done = await operate.replay(call.office, call.args["partner"], since=since, actor=call.actor)
    return {"articles": done.articles, "retractions": done.retractions, "others": done.others}


async def make_report(call: Call) -> dict[str, Any]:
    """Report what a partner got in a month; args: partner, month (YYYY-MM)."""
    return report_page.document(await report(call.office, call.args["partner"], call.args["month"]))


async def list_copies(call: Call) -> list[dict[str, Any]]:
    """List who holds what; args: article or None, partner or None, limit."""
    args = call.args
    found = await listings.list_copies(
        call.office, article=args["article"], partner=args["partner"], limit=args["limit"]
    )
    return [documents.copy(each) for each in found]


async def confirm_copy(call: Call) -> None:
    """Note that a person saw a copy gone; args: partner, article, note."""
    args = call.args
    await single.confirm_copy(call.office, args["partner"], args["article"], note=f"{args['note']} ({call.actor})")


async def list_deliveries(call: Call) -> list[dict[str, Any]]:
    """List deliveries, newest first; args: partner or None, state or None, limit."""
    args = call.args
    found = await listings.list_deliveries(
        call.office, partner=args["partner"], state=args["state"], before=None, limit=args["limit"]
    )
    return [documents.delivery(each) for each in found]


async def retry_delivery(call: Call) -> None:
    await single.retry_delivery(call.office, call.args["delivery"], actor=call.actor)


async def list_upstreams(call: Call) -> list[dict[str, Any]]:
    return [
        {
            "name": state.upstream.name,
            "kind": state.upstream.kind,
            "publish": state.upstream.publish,
            "onward": state.upstream.onward,
            "last_received_at": documents.when(state.last_received_at),
            "articles": state.articles,
        }
        for state in await listings.list_upstreams(call.office)
    ]
