"""After a crash the file is read through: a damaged one is refused, with the way out."""

from __future__ import annotations

import os
import signal
from datetime import timedelta
from pathlib import Path

import pytest

from syndicate.errors import StoreError
from syndicate.store import meta
from syndicate.store.sqlite import SQLiteDriver
from syndicate.store.sqlite_file import refuse_damage, wal_of, was_left_open, writing_engine
from syndicate.store.store import Store
from tests.store.opening import open_store
from tests.store.test_sqlite_driver import a_process_that_holds


async def filled(path: Path) -> None:
    async with open_store(f"sqlite:///{path}") as store:
        for number in range(200):
            await store.write(meta.put, f"fact {number}", "x" * 300)


def damage(path: Path) -> None:
    """Overwrite the page of the table that holds one fact."""
    content = bytearray(path.read_bytes())
    page = content.index(b"fact 100x") // 4096 * 4096
    content[page : page + 4096] = b"\xa5" * 4096
    path.write_bytes(content)


async def test_a_file_that_was_closed_is_not_read_through(sqlite_path: Path) -> None:
    await filled(sqlite_path)
    assert not was_left_open(sqlite_path)


async def test_a_file_that_a_killed_process_leaves_is_known_by_its_log(sqlite_path: Path) -> None:
    with a_process_that_holds(sqlite_path) as holder:
        os.kill(holder.pid, signal.SIGKILL)
    assert was_left_open(sqlite_path)
    async with open_store(f"sqlite:///{sqlite_path}") as store:
        assert await store.read(meta.get, "kept") == "1"
    assert not was_left_open(sqlite_path)


async def test_a_damaged_file_is_refused_after_a_crash(sqlite_path: Path) -> None:
    await filled(sqlite_path)
    damage(sqlite_path)
    wal_of(sqlite_path).touch()
    with pytest.raises(StoreError, match="damaged") as refused:
        Store(SQLiteDriver(sqlite_path)).open()
    assert "syndicate db restore" in refused.value.remedy


async def test_damage_met_while_running_names_the_way_out(sqlite_path: Path) -> None:
    await filled(sqlite_path)
    damage(sqlite_path)
    async with open_store(f"sqlite:///{sqlite_path}") as store:
        with pytest.raises(StoreError, match="damaged") as refused:
            await store.read(lambda tx: tx.connection.exec_driver_sql("SELECT sum(length(value)) FROM meta").all())
    assert "restore" in refused.value.remedy


async def test_a_file_too_big_to_read_through_in_time_is_trusted(
    sqlite_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await filled(sqlite_path)
    with writing_engine(sqlite_path).connect() as connection:
        connection.exec_driver_sql(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000) "
            "INSERT INTO meta SELECT 'n' || i, 'x' FROM n"
        )
        refuse_damage(connection, within=timedelta(0))
        assert [record.message for record in caplog.records] == ["store.check_cut_short"]
        caplog.clear()
        refuse_damage(connection, within=timedelta(minutes=1))
        assert caplog.records == []
