"""Turns: what one process does for all that share a store, where nothing else keeps two apart."""

from __future__ import annotations

from datetime import datetime, timedelta

from syndicate.actions.office import Office
from syndicate.store import meta
from syndicate.store.tx import Tx


async def take_turn(office: Office, name: str, holder: str, *, lease: timedelta) -> bool:
    """Take or keep the turn `name` for so long; tells whether `holder` has it."""
    return await office.store.write(_take, f"turn:{name}", holder, office.now(), lease)


def _take(tx: Tx, name: str, holder: str, now: datetime, lease: timedelta) -> bool:
    held_by, _, until = (meta.get(tx, name) or "").partition(" ")
    if held_by not in ("", holder) and now < datetime.fromisoformat(until) <= now + lease:
        return False
    meta.put(tx, name, f"{holder} {(now + lease).isoformat()}")
    return True
