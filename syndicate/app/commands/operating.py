"""Commands on the service itself: halt and resume, tokens, what it is."""

from __future__ import annotations

import os
from typing import Any

from syndicate import __version__
from syndicate.actions import operate, tokens
from syndicate.app.commands.command import Call
from syndicate.store import migrate
from syndicate.web.api.documents import when


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
    }


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
