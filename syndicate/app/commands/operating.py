"""Commands on the service itself: halt and resume, tokens, what it is."""

from __future__ import annotations

import os
from typing import Any

from syndicate import __version__
from syndicate.actions import alerts, operate, tokens
from syndicate.app.alarms import channels_of, thresholds_of
from syndicate.app.commands.command import Call
from syndicate.connectors.contract import Accepted
from syndicate.store import migrate
from syndicate.web.api.documents import alert, when


async def halt(call: Call) -> None:
    await operate.halt(call.office, actor=call.actor)


async def resume(call: Call) -> None:
    await operate.lift_halt(call.office)


async def about(call: Call) -> dict[str, Any]:
    """Say which process answers, and what it has open."""
    return {
        "version": __version__,
        "process": os.getpid(),
        "schema": await call.office.store.read(migrate.revision),
        "halted_by": await operate.halted_by(call.office),
        "braked": await operate.braked(call.office),
    }


async def list_alerts(call: Call) -> list[dict[str, Any]]:
    """List what is wrong now, and since when operators know."""
    found = await alerts.standing(call.office, thresholds_of(call.service.loaded))
    return [alert(each) for each in found]


async def test_alerts(call: Call) -> list[dict[str, Any]]:
    """Send a message over every way to operators, and say what came of it."""
    channels = channels_of(call.service.loaded, call.service.means)
    outcomes = [(channel, await alerts.try_out(call.office, channel)) for channel in channels]
    return [
        {
            "channel": channel.name,
            "accepted": isinstance(outcome, Accepted),
            "reason": None if isinstance(outcome, Accepted) else outcome.reason,
            "answer": outcome.answer,
        }
        for channel, outcome in outcomes
    ]


async def create_token(call: Call) -> str:
    """Make a token and return it, this once; args: name, scopes."""
    return await tokens.create(call.office, call.args["name"], frozenset(call.args["scopes"]))


async def list_tokens(call: Call) -> list[dict[str, Any]]:
    return [
        {
            "id": token.id,
            "name": token.name,
            "scopes": sorted(token.scopes),
            "created_at": when(token.created_at),
            "last_used_at": when(token.last_used_at),
            "revoked_at": when(token.revoked_at),
        }
        for token in await tokens.listing(call.office)
    ]


async def revoke_token(call: Call) -> int:
    """Revoke the tokens of a name or id, and say how many; args: name."""
    return await tokens.revoke(call.office, call.args["name"])
