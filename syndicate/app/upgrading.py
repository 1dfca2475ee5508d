"""Bring a store's schema up to date, or only look at it, without a service around it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from syndicate.store import migrate
from syndicate.store.store import driver_for


@dataclass(frozen=True)
class Upgraded:
    """The schema before and after; None is an empty database."""

    before: str | None
    after: str | None


def upgrade(store_url: str) -> Upgraded:
    """Run the missing migrations. Raises StoreError."""
    return _with_schema(store_url, migrate.upgrade)


def schema(store_url: str) -> str | None:
    """Return the schema a store has, and change nothing. Raises StoreError."""
    return _with_schema(store_url, lambda _: None).after


def _with_schema(store_url: str, change: Callable[[Connection], None]) -> Upgraded:
    found: list[str | None] = []

    def run(connection: Connection) -> None:
        found.append(migrate.current(connection))
        change(connection)
        found.append(migrate.current(connection))

    driver = driver_for(store_url, root=Path())
    driver.open()
    try:
        driver.migrate(run)
    finally:
        driver.close()
    return Upgraded(*found)
