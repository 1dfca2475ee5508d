"""Commands on what was: feeds as of a moment, and what came between two."""

from __future__ import annotations

from typing import Any

from syndicate.actions.moments import read_moment
from syndicate.actions.past import as_of
from syndicate.app.commands.command import Call
from syndicate.web.api import then


async def show(call: Call) -> dict[str, Any]:
    """Show a feed as it stood; args: feed, as_of (an instant)."""
    at = read_moment(call.args["as_of"], name="--as-of")
    return then.feed(await as_of(call.office, call.args["feed"], at, name="--as-of"))
