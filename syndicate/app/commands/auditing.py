"""The command that reads a partner's copies back."""

from __future__ import annotations

from typing import Any

from syndicate.actions.audit import Looker
from syndicate.actions.audit import audit as read_back
from syndicate.app.commands.command import Call


async def audit(call: Call) -> list[dict[str, Any]]:
    """Read a partner's copies back; args: partner, limit."""
    looker = Looker(call.service.client, call.service.sandbox)
    found = await read_back(call.office, looker, call.args["partner"], limit=call.args["limit"])
    return [{"article": each.listed.article_id, "url": each.listed.url} | each.audit.document() for each in found]
