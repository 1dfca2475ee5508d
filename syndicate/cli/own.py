"""Commands over a store that this process opens itself, where no service holds it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from syndicate.app.commands.command import Call
from syndicate.app.control import find_command
from syndicate.app.service import Service, opened
from syndicate.cli.actor import actor
from syndicate.settings.loading import Loaded


class OwnDesk:
    """Commands over a store that this process opened."""

    sends = False

    def __init__(self, service: Service) -> None:
        self._service = service

    async def do(self, command: str, args: Mapping[str, Any], report: Callable[[Any], None]) -> Any:
        return await find_command(command)(Call(self._service, args, actor(), report))


@asynccontextmanager
async def own_desk(loaded: Loaded) -> AsyncIterator[OwnDesk]:
    """Open the store. Raises StoreError."""
    async with opened(loaded) as service:
        yield OwnDesk(service)
