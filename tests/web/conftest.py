"""Fixtures of the web's tests: a paper behind its web application."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from syndicate.actions import tokens
from syndicate.clock import FixedClock
from tests.builders import NOON
from tests.papers import a_paper
from tests.web.desk import Client, Desk

OpenDesk = Callable[..., Awaitable[Desk]]


@pytest.fixture
async def open_desk(tmp_path: Path, aiohttp_client: Callable[..., Awaitable[Client]]) -> AsyncIterator[OpenDesk]:
    """Open a paper with more configuration, in `tmp_path` or a folder within it."""
    async with AsyncExitStack() as stack:

        async def opened(
            extra: str = "", *, folder: str = ".", clock: FixedClock | None = None, **options: Any
        ) -> Desk:
            clock = clock or FixedClock(NOON)
            service = await stack.enter_async_context(a_paper(tmp_path / folder, extra, clock=clock, **options))
            client = await aiohttp_client(service.web_app())
            token = await tokens.create(service.office, "desk", frozenset({"operate"}))
            return Desk(service, client, clock, token)

        yield opened


@pytest.fixture
async def desk(open_desk: OpenDesk) -> Desk:
    return await open_desk()
