"""The SQLite driver: what a commit promises, and what happens to the others when one fails."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError, OperationalError

from syndicate.errors import StoreBusyError, StoreError
from syndicate.store import meta
from syndicate.store.sqlite import SQLiteDriver
from syndicate.store.store import Store
from syndicate.store.tx import Effects, Tx
from tests.store.opening import open_store


@pytest.fixture
async def store(sqlite_path: Path) -> AsyncIterator[Store]:
    async with open_store(f"sqlite:///{sqlite_path}") as opened:
        yield opened


def pragma(tx: Tx, name: str) -> object:
    return tx.connection.exec_driver_sql(f"PRAGMA {name}").scalar()


def seen_from_outside(path: Path, name: str) -> str | None:
    """Read a fact as another process would."""
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        row = connection.execute("SELECT value FROM meta WHERE name = ?", [name]).fetchone()
    finally:
        connection.close()
    return None if row is None else str(row[0])


class Held:
    """Keeps the writer's thread busy for a block, so that what comes meanwhile is committed as one group."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._go_on = threading.Event()

    async def __aenter__(self) -> None:
        began = threading.Event()

        def wait(_: Tx) -> None:
            began.set()
            self._go_on.wait(30)

        self._busy = asyncio.create_task(self._store.write(wait))
        await asyncio.to_thread(began.wait, 30)

    async def __aexit__(self, *_: object) -> None:
        self._go_on.set()
        await self._busy


async def a_turn() -> None:
    """Let tasks that were just made reach the store."""
    for _ in range(3):
        await asyncio.sleep(0)


# --- durability ----------------------------------------------------------------------------------------------------


async def test_a_commit_is_on_disk_before_it_is_answered(store: Store, sqlite_path: Path) -> None:
    def settings(tx: Tx) -> dict[str, object]:
        return {name: pragma(tx, name) for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")}

    expected = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5000}
    assert await store.write(settings) == expected
    await store.write(meta.put, "a", "1")
    assert seen_from_outside(sqlite_path, "a") == "1"


async def test_the_log_is_emptied_at_close(sqlite_path: Path) -> None:
    async with open_store(f"sqlite:///{sqlite_path}") as store:
        await store.write(meta.put, "a", "1")
        await store.read(meta.get, "a")
        assert isinstance(store.driver, SQLiteDriver)
        assert store.driver.wal_bytes() > 0
    assert sorted(path.name for path in sqlite_path.parent.iterdir()) == ["syndicate.db", "syndicate.db.lock"]
    assert seen_from_outside(sqlite_path, "a") == "1"


# --- groups --------------------------------------------------------------------------------------------------------


def commits(path: Path) -> int:
    """Return a number that every commit changes."""
    connection = sqlite3.connect(path)
    try:
        return len(connection.execute("SELECT name FROM meta WHERE name LIKE 'call%'").fetchall())
    finally:
        connection.close()


async def test_calls_that_come_together_are_committed_together(store: Store, sqlite_path: Path) -> None:
    seen: list[int] = []

    def put(tx: Tx, number: int) -> None:
        meta.put(tx, f"call {number}", "x")
        seen.append(commits(sqlite_path))

    async with Held(store):
        waiting = [asyncio.create_task(store.write(put, number)) for number in range(20)]
        await a_turn()
    await asyncio.gather(*waiting)
    # While any of them ran, nobody outside saw any other: one commit made all of them visible.
    assert seen == [0] * 20
    assert commits(sqlite_path) == 20


async def test_a_call_that_fails_undoes_nothing_but_itself(store: Store) -> None:
    class RefusedError(Exception):
        pass

    def fail(tx: Tx) -> None:
        meta.put(tx, "of the failed", "x")
        raise RefusedError

    def clash(tx: Tx) -> None:
        meta.put(tx, "of the clash", "x")
        tx.connection.exec_driver_sql("INSERT INTO counters (name, value) VALUES ('seq', 0)")

    async with Held(store):
        calls = [lambda tx: meta.put(tx, "before", "1"), fail, clash, lambda tx: meta.put(tx, "after", "2")]
        tasks = [asyncio.create_task(store.write(call)) for call in calls]
        await a_turn()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(result) for result in results] == [type(None), RefusedError, IntegrityError, type(None)]
    assert [await store.read(meta.get, name) for name in ("before", "of the failed", "of the clash", "after")] == [
        "1",
        None,
        None,
        "2",
    ]


# --- outages -------------------------------------------------------------------------------------------------------


def fill(tx: Tx, name: str) -> None:
    meta.put(tx, name, "x" * 400_000)


def limit_size(tx: Tx, pages: int) -> None:
    pragma(tx, f"max_page_count = {pages}")


async def test_a_full_disk_fails_the_whole_group_and_stores_nothing(store: Store) -> None:
    pages = int(str(await store.write(pragma, "page_count")))
    await store.write(limit_size, pages + 5)
    async with Held(store):
        facts = (("small", "1"), ("big", "x" * 400_000), ("later", "1"))
        tasks = [asyncio.create_task(store.write(meta.put, name, value)) for name, value in facts]
        await a_turn()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(result) for result in results] == [StoreError] * 3
    assert "full" in str(results[1])
    assert isinstance(results[0], StoreError)
    assert "disk space" in results[0].remedy
    assert [await store.read(meta.get, name) for name in ("small", "big", "later")] == [None, None, None]


async def test_a_store_whose_disk_was_full_goes_on_when_there_is_room(store: Store) -> None:
    pages = int(str(await store.write(pragma, "page_count")))
    await store.write(limit_size, pages + 5)
    with pytest.raises(StoreError):
        await store.write(fill, "big")
    await store.write(limit_size, 1_000_000)
    await store.write(fill, "big")
    assert await store.read(meta.get, "big") is not None


async def test_a_database_locked_by_someone_else_is_an_outage_not_a_bug(store: Store, sqlite_path: Path) -> None:
    await store.write(pragma, "busy_timeout = 50")
    intruder = sqlite3.connect(sqlite_path, isolation_level=None)
    intruder.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="locked"):
        await store.write(meta.put, "a", "1")
    intruder.execute("ROLLBACK")
    intruder.close()
    await store.write(meta.put, "a", "2")
    assert await store.read(meta.get, "a") == "2"


async def test_a_closed_store_refuses_instead_of_never_answering(sqlite_path: Path) -> None:
    async with open_store(f"sqlite:///{sqlite_path}") as store:
        pass
    with pytest.raises(StoreError, match="closed"):
        await store.write(meta.put, "a", "1")
    with pytest.raises(StoreError, match="closed"):
        await store.read(meta.get, "a")


async def test_what_is_queued_when_the_store_closes_is_committed(sqlite_path: Path) -> None:
    async with open_store(f"sqlite:///{sqlite_path}") as store:
        tasks = [asyncio.create_task(store.write(meta.put, f"call {number}", "x")) for number in range(50)]
        await a_turn()
    await asyncio.gather(*tasks)
    assert commits(sqlite_path) == 50


# --- cancellation --------------------------------------------------------------------------------------------------


def add_one(tx: Tx) -> int:
    value = int(meta.get(tx, "sum") or 0) + 1
    meta.put(tx, "sum", str(value))
    tx.effects.seq = value
    return value


async def test_a_cancelled_caller_neither_undoes_nor_hides_its_transaction(store: Store) -> None:
    told: list[int] = []
    store.listen(lambda effects: told.append(effects.seq))
    chance = random.Random(8)
    for _ in range(300):
        task = asyncio.create_task(store.write(add_one))
        await asyncio.sleep(chance.random() * 0.002)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    last = await store.write(add_one)
    # Every transaction that reached the store is there, none twice, and each was told: no more, no less.
    assert told == list(range(1, last + 1))
    assert last > 250
    assert int(str(await store.read(meta.get, "sum"))) == last
    assert isinstance(store.driver, SQLiteDriver)
    assert await store.write(lambda tx: pragma(tx, "page_count")) is not None


async def test_no_transaction_stays_open_after_a_cancelled_caller(store: Store, sqlite_path: Path) -> None:
    async with Held(store):
        task = asyncio.create_task(store.write(add_one))
        await a_turn()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    await store.write(add_one)
    intruder = sqlite3.connect(sqlite_path, isolation_level=None, timeout=0)
    intruder.execute("BEGIN IMMEDIATE")
    assert intruder.execute("SELECT value FROM meta WHERE name = 'sum'").fetchone() == ("2",)
    intruder.close()


async def test_listeners_are_told_before_the_caller_goes_on(store: Store) -> None:
    told: set[int] = set()
    store.listen(lambda effects: told.add(effects.seq))

    async def write_and_look() -> bool:
        return await store.write(add_one) in told

    assert all(await asyncio.gather(*(write_and_look() for _ in range(300))))


async def test_listeners_hear_nothing_of_what_was_undone(store: Store) -> None:
    told: list[Effects] = []
    store.listen(told.append)

    def fail(tx: Tx) -> None:
        tx.effects.deliveries = True
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 - the test's own
        await store.write(fail)
    assert told == []


# --- readers -------------------------------------------------------------------------------------------------------


async def test_a_reader_cannot_write(store: Store) -> None:
    with pytest.raises(StoreError, match="readonly"):
        await store.read(meta.put, "a", "1")
    assert await store.read(meta.get, "a") is None


async def test_a_read_sees_one_snapshot(store: Store) -> None:
    began, written = threading.Event(), threading.Event()

    def twice(tx: Tx) -> tuple[str | None, str | None]:
        before = meta.get(tx, "a")
        began.set()
        written.wait(30)
        return before, meta.get(tx, "a")

    await store.write(meta.put, "a", "1")
    reading = asyncio.create_task(store.read(twice))
    await asyncio.to_thread(began.wait, 30)
    await store.write(meta.put, "a", "2")
    written.set()
    assert await reading == ("1", "1")
    assert await store.read(meta.get, "a") == "2"


async def test_readers_do_not_wait_for_the_writer(store: Store) -> None:
    async with Held(store), asyncio.timeout(5):
        assert await asyncio.gather(*(store.read(meta.get, "a") for _ in range(20))) == [None] * 20


async def test_a_wrong_statement_stays_loud(store: Store) -> None:
    def select(tx: Tx) -> None:
        tx.connection.exec_driver_sql("SELECT * FROM nowhere")

    for run in (store.read, store.write):
        with pytest.raises(OperationalError, match="no such table"):
            await run(select)


# --- processes -----------------------------------------------------------------------------------------------------

HOLDER = """
import sys
from pathlib import Path
from syndicate.store.sqlite import SQLiteDriver
from syndicate.store.store import Store
from syndicate.store import meta
store = Store(SQLiteDriver(Path(sys.argv[1])))
store.open()
store.driver.submit(lambda tx: meta.put(tx, "kept", "1")).result()
print("open", flush=True)
sys.stdin.read()
"""


def a_process_that_holds(path: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "open\n"
    return process


async def test_a_second_process_is_refused_and_the_lock_goes_with_a_killed_one(sqlite_path: Path) -> None:
    with a_process_that_holds(sqlite_path) as holder:
        try:
            with pytest.raises(StoreBusyError, match="another process"):
                Store(SQLiteDriver(sqlite_path)).open()
        finally:
            os.kill(holder.pid, signal.SIGKILL)
    async with open_store(f"sqlite:///{sqlite_path}") as store:
        assert await store.read(meta.get, "kept") == "1"


async def test_a_store_that_could_not_be_opened_holds_no_lock(sqlite_path: Path) -> None:
    sqlite_path.parent.mkdir(parents=True)
    sqlite_path.write_bytes(b"not a database at all, and long enough to be read as one: " * 100)
    with pytest.raises(StoreError, match="damaged") as refused:
        Store(SQLiteDriver(sqlite_path)).open()
    assert "restore" in refused.value.remedy
    sqlite_path.unlink()
    async with open_store(f"sqlite:///{sqlite_path}"):
        pass


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where the folder should be")
    with pytest.raises(StoreError, match=r"syndicate\.db"):
        Store(SQLiteDriver(tmp_path / "data" / "syndicate.db")).open()
