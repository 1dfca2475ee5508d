"""Every test of the store runs on a real SQLite file and on a real PostgreSQL server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from syndicate.app.service import Service
from syndicate.clock import FixedClock
from syndicate.store.store import Store
from tests.builders import NOON
from tests.papers import a_paper
from tests.store.opening import open_store
from tests.store.servers import Server, programs, running_server

OpenPaper = Callable[..., Awaitable[Service]]


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """Run one server for the session; without pgserver its tests are skipped."""
    if programs() is None:
        pytest.skip("pgserver has no wheel for this interpreter and machine")
    with running_server() as server:
        yield server


@pytest.fixture
def postgres_url(postgres: Server) -> str:
    """Return the URL of a fresh database."""
    return postgres.fresh_database()


@pytest.fixture
def sqlite_path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "syndicate.db"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    """Return the URL of a fresh database, of each kind in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{request.getfixturevalue('sqlite_path')}"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    """Open a store on a fresh database, of each kind in turn."""
    async with open_store(url) as opened:
        yield opened


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
async def open_paper(tmp_path: Path, url: str, clock: FixedClock) -> AsyncIterator[OpenPaper]:
    """Open a paper with more configuration on a fresh database, of each kind in turn."""
    async with AsyncExitStack() as stack:

        async def opened(extra: str = "", **options: Any) -> Service:
            on_it = f'[store]\nurl = "{url}"\n{extra}'
            return await stack.enter_async_context(a_paper(tmp_path / "paper", on_it, clock=clock, **options))

        yield opened
