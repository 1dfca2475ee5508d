"""The schema: made by migrations alone, equal to what the tables say, whole or not at all."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, event, inspect
from sqlalchemy.engine import Engine, create_engine

from syndicate.errors import StoreError
from syndicate.store import migrate
from syndicate.store.postgres import PostgresDriver, driver_url
from syndicate.store.schema_alerts import metadata
from syndicate.store.sqlite import SQLiteDriver
from syndicate.store.store import Store, driver_for
from tests.store.opening import open_store


def engine_for(url: str) -> Engine:
    if url.startswith("sqlite:///"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
        return create_engine(url)
    return create_engine(driver_url(url, None))


def inspected(url: str, look: Callable[[Connection], Any]) -> Any:
    engine = engine_for(url)
    try:
        with engine.connect() as connection:
            return look(connection)
    finally:
        engine.dispose()


def tables(url: str) -> set[str]:
    return set(inspected(url, lambda connection: inspect(connection).get_table_names()))


def driver(url: str) -> SQLiteDriver | PostgresDriver:
    return driver_for(url, root=Path())


async def test_the_migrated_schema_is_the_one_the_tables_declare(url: str) -> None:
    async with open_store(url):
        pass
    assert inspected(url, lambda each: compare_metadata(MigrationContext.configure(each), metadata)) == []


def definitions(url: str) -> set[tuple[str, ...]]:
    """Return every table and index as the database itself writes it, conditions of indexes included."""
    if url.startswith("sqlite:///"):
        query = "SELECT type, name, coalesce(sql, '') FROM sqlite_master WHERE name NOT LIKE 'alembic%'"
    else:
        query = """SELECT 'index', indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
            UNION SELECT table_name, column_name, data_type || is_nullable || coalesce(column_default, '')
            FROM information_schema.columns WHERE table_schema = 'public'"""
    rows = inspected(url, lambda connection: connection.exec_driver_sql(query).all())
    return {tuple(" ".join(str(value).split()) for value in row) for row in rows if "alembic" not in str(row)}


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_indexes_and_their_conditions_are_those_the_tables_declare(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if kind == "sqlite":
        migrated, declared = (f"sqlite:///{tmp_path}/{name}.db" for name in ("migrated", "declared"))
    else:
        postgres = request.getfixturevalue("postgres")
        migrated, declared = postgres.fresh_database(), postgres.fresh_database()
    async with open_store(migrated):
        pass
    engine = engine_for(declared)
    metadata.create_all(engine)
    engine.dispose()
    assert indexes(definitions(migrated)) == indexes(definitions(declared))


def indexes(found: set[tuple[str, ...]]) -> set[tuple[str, ...]]:
    """Leave out the text of SQLite's CREATE TABLE: it differs in layout; compare_metadata reads it."""
    return {row for row in found if row[0] != "table"}


async def test_a_store_is_migrated_once(url: str) -> None:
    async with open_store(url):
        pass
    before = definitions(url)
    async with open_store(url):
        pass
    assert definitions(url) == before


async def test_a_newer_schema_refuses_this_program(url: str) -> None:
    async with open_store(url):
        pass
    engine = engine_for(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    engine.dispose()
    store = Store(driver(url))
    with pytest.raises(StoreError, match="9999") as refused:
        store.open()
    assert "newer version" in refused.value.remedy


class CutOffError(Exception):
    """Stands for a process that ends between two statements."""


def interrupted_at(number: int) -> Callable[[Connection], None]:
    """Return the migration, cut off before its statement with this number."""

    def migration(connection: Connection) -> None:
        seen = 0

        def count(*_: object) -> None:
            nonlocal seen
            seen += 1
            if seen == number:
                raise CutOffError

        event.listen(connection, "before_cursor_execute", count)
        try:
            migrate.upgrade(connection)
        finally:
            event.remove(connection, "before_cursor_execute", count)

    return migration


async def test_an_interrupted_migration_leaves_nothing_wherever_it_stopped(url: str) -> None:
    opened = driver(url)
    opened.open()
    completed = False
    for number in range(1, 200):
        try:
            opened.migrate(interrupted_at(number))
        except CutOffError:
            assert tables(url) == set()
        else:
            completed = True
            break
    opened.close()
    assert completed
    assert number > 40, "the migration has more statements than that"
    assert {table.name for table in metadata.sorted_tables} < tables(url)


def test_a_migration_that_was_killed_is_run_again(sqlite_path: Path) -> None:
    """What SIGKILL leaves: a log with no commit in it. The next start finds an empty database."""
    sqlite_path.parent.mkdir(parents=True)
    raw = sqlite3.connect(sqlite_path, isolation_level=None)
    raw.execute("PRAGMA journal_mode = WAL")
    raw.execute("BEGIN IMMEDIATE")
    raw.execute("CREATE TABLE articles (key INTEGER)")
    survivors = {path.name: path.read_bytes() for path in sqlite_path.parent.iterdir()}
    raw.close()
    for name, content in survivors.items():
        (sqlite_path.parent / name).write_bytes(content)
    store = Store(SQLiteDriver(sqlite_path))
    store.open()
    store.close()
    assert "deliveries" in tables(f"sqlite:///{sqlite_path}")
