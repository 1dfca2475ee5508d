"""Bring a store's schema up to date, or only look at it, without a service around it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection

from syndicate.app.database import database_of
from syndicate.settings.loading import Loaded
from syndicate.store import migrate


@dataclass(frozen=True)
class Upgraded:
    """The schema before and after; None is an empty database."""

    before: str | None
    after: str | None


def upgrade(loaded: Loaded) -> Upgraded:
    """Run the missing migrations. Raises StoreError."""
    return _with_schema(loaded, migrate.upgrade)


def schema(loaded: Loaded) -> str | None:
    """Return the schema a store has, and change nothing. Raises StoreError."""
    return _with_schema(loaded, lambda _: None).after


def _with_schema(loaded: Loaded, change: Callable[[Connection], None]) -> Upgraded:
    found: list[str | None] = []

    def run(connection: Connection) -> None:
        found.append(migrate.current(connection))
        change(connection)
        found.append(migrate.current(connection))

    driver = database_of(loaded)
    driver.open()
    try:
        driver.migrate(run)
    finally:
        driver.close()
    return Upgraded(*found)
