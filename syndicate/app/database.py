"""The database that a configuration names."""

from __future__ import annotations

from pathlib import Path

from syndicate.settings.loading import Loaded
from syndicate.store.postgres import PostgresDriver
from syndicate.store.sqlite import SQLiteDriver
from syndicate.store.store import driver_for


def database_of(loaded: Loaded) -> SQLiteDriver | PostgresDriver:
    """Return the driver of [store], with its newest password. Raises ConfigurationError."""
    password = next(iter(loaded.secrets.option("store", "password")), None)
    return driver_for(loaded.settings.store.url, root=Path(), password=password)
