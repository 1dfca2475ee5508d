"""The gate of outgoing calls, as [network] sets it."""

from __future__ import annotations

from syndicate.net.guard import Guard
from syndicate.settings.sections import Settings


def guard_of(settings: Settings) -> Guard:
    """Make the gate that every outgoing connection passes."""
    network = settings.network
    return Guard(
        allow_private=network.allow_private,
        ports=network.ports,
        base_url=settings.service.base_url,
    )
