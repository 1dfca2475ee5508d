"""Commands on what was: feeds and partners as of a moment, and whether what is shown is what went."""

from __future__ import annotations

from typing import Any

from syndicate.actions.compare import difference
from syndicate.actions.evidence import compare, document_as_of
from syndicate.actions.held import held_by
from syndicate.actions.listings import show_delivery as show_delivery_of
from syndicate.actions.moments import read_moment
from syndicate.actions.past import as_of
from syndicate.actions.payloads import payload_of
from syndicate.app.commands.command import Call
from syndicate.web.api import documents, then

NAME = "--as-of"


async def show(call: Call) -> dict[str, Any]:
    """Show a feed as it stood; args: feed, as_of (an instant)."""
    at = read_moment(call.args["as_of"], name=NAME)
    past = await as_of(call.office, call.args["feed"], at, name=NAME)
    return then.feed(past, await compare(call.office, past))


async def document(call: Call) -> dict[str, Any]:
    """Write a feed as it stood, or as it stands; args: feed, format, as_of (an instant) or None."""
    slug, format_name = call.args["feed"], call.args["format"]
    if call.args["as_of"] is None:
        edition = await call.service.editions.get(slug, format_name)
        return {"body": edition.bodies["identity"].decode(), "says": None}
    at = read_moment(call.args["as_of"], name=NAME)
    body, compared = await document_as_of(call.office, slug, at, format_name, name=NAME)
    return {"body": body.decode(), "says": then.comparison(compared)["says"]}


async def diff(call: Call) -> dict[str, Any]:
    """Compare a feed at two moments; args: feed, start (an instant), end (an instant) or None for now."""
    start = read_moment(call.args["start"], name="--from")
    end = None if call.args["end"] is None else read_moment(call.args["end"], name="--to")
    return then.difference(await difference(call.office, call.args["feed"], start, end, names=("--from", "--to")))


async def show_partner(call: Call) -> dict[str, Any]:
    """Show what a partner had, by what it took or was offered; args: partner, as_of (an instant), limit."""
    at = read_moment(call.args["as_of"], name=NAME)
    had = await held_by(call.office, call.args["partner"], at, limit=call.args["limit"], name=NAME)
    return then.held(call.args["partner"], at, had)


async def show_delivery(call: Call) -> dict[str, Any]:
    """Show a delivery with its attempts, and whether its payload made again is what went; args: delivery."""
    found, attempts = await show_delivery_of(call.office, call.args["delivery"])
    made = await payload_of(call.office, call.service.connections, found.id)
    log = [documents.attempt(each) for each in attempts]
    return documents.delivery(found) | {"payload": then.payload(made), "log": log}
