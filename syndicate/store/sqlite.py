"""SQLite: one writer thread that commits in groups, a few readers that cannot write, one process lock."""

from __future__ import annotations

import asyncio
import fcntl
import functools
import logging
import os
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.pool import NullPool

from syndicate.errors import StoreBusyError, StoreError
from syndicate.store.tx import Effects, Generations, Tx

T = TypeVar("T")
logger = logging.getLogger(__name__)

MAX_GROUP = 256
READERS = 4
# reliability: a commit survives power loss only with FULL; readers must never write or checkpoint.
_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA busy_timeout = 5000",
    "PRAGMA foreign_keys = ON",
    "PRAGMA journal_size_limit = 67108864",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA cell_size_check = ON",
    "PRAGMA cache_size = -65536",
)
_READER_PRAGMAS = ("PRAGMA query_only = ON", "PRAGMA wal_autocheckpoint = 0")


@dataclass
class _Call:
    """One transaction asked for: the function, and where its answer goes."""

    function: Callable[[Tx], Any]
    answer: Future[tuple[Any, Effects]]


class ProcessLock:
    """Hold the database for this process: `path`.lock, released when the process ends however it ends."""

    def __init__(self, path: Path) -> None:
        self._path = path.with_name(path.name + ".lock")
        self._descriptor: int | None = None

    def acquire(self) -> None:
        """Take the lock; raises StoreBusyError when another process has it."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(descriptor)
            raise StoreBusyError(f"another process uses the store {self._path.stem}") from error
        self._descriptor = descriptor

    def release(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def sqlite_engine(path: Path, *, pragmas: tuple[str, ...]) -> Engine:
    """Make an engine whose connections leave BEGIN and COMMIT to us."""
    path.parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        f"sqlite:///{path}",
        poolclass=NullPool,
        isolation_level="AUTOCOMMIT",
        connect_args={"check_same_thread": False, "cached_statements": 512},
    )

    @event.listens_for(engine, "connect")
    def _set_up(connection: Any, _record: Any) -> None:
        for pragma in pragmas:
            connection.execute(pragma)

    return engine


class SQLiteDriver:
    """Run transactions on one SQLite file; the store's driver for a single machine."""

    name = "sqlite"

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = ProcessLock(path)
        self._generations = Generations()
        self._calls: queue.SimpleQueue[_Call | None] = queue.SimpleQueue()
        self._local = threading.local()
        self._reader_connections: list[Connection] = []

    def open(self) -> None:
        """Take the process lock and start the threads; raises StoreBusyError."""
        self._lock.acquire()
        self._writer_engine = sqlite_engine(self.path, pragmas=_PRAGMAS)
        self._reader_engine = sqlite_engine(self.path, pragmas=(*_PRAGMAS, *_READER_PRAGMAS))
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="store-read")
        self._writer = threading.Thread(target=self._write_loop, name="store-write", daemon=True)
        self._writer.start()

    def migrate(self, migration: Callable[[Connection], None]) -> None:
        """Run a migration in one transaction, before any other use."""
        with self._writer_engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                migration(connection)
            except BaseException:
                connection.exec_driver_sql("ROLLBACK")
                raise
            connection.exec_driver_sql("COMMIT")

    def close(self) -> None:
        """Finish what is queued, checkpoint, and let the file go."""
        self._calls.put(None)
        self._writer.join()
        self._readers.shutdown(wait=True)
        for connection in self._reader_connections:
            connection.close()
        self._writer_engine.dispose()
        self._reader_engine.dispose()
        self._lock.release()

    def submit(self, function: Callable[[Tx], T]) -> Future[tuple[T, Effects]]:
        """Queue a writing transaction; the future answers after its commit is on disk."""
        answer: Future[tuple[T, Effects]] = Future()
        self._calls.put(_Call(function, answer))
        return answer

    async def read(self, function: Callable[[Tx], T]) -> T:
        """Run a reading function on a consistent snapshot."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._readers, functools.partial(self._read, function))

    def _read(self, function: Callable[[Tx], T]) -> T:
        connection: Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = self._reader_engine.connect()
            self._reader_connections.append(connection)
        connection.exec_driver_sql("BEGIN")
        try:
            return function(Tx(connection, self._generations))
        finally:
            connection.exec_driver_sql("ROLLBACK")

    def _write_loop(self) -> None:
        connection = self._writer_engine.connect()
        while (call := self._calls.get()) is not None:
            group = [call, *self._waiting()]
            ends = group[-1] is None
            self._commit_group(connection, [each for each in group if each is not None])
            if ends:
                break
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()

    def _waiting(self) -> list[_Call | None]:
        waiting: list[_Call | None] = []
        while len(waiting) < MAX_GROUP:
            try:
                waiting.append(self._calls.get_nowait())
            except queue.Empty:
                break
            if waiting[-1] is None:
                break
        return waiting

    def _commit_group(self, connection: Connection, calls: list[_Call]) -> None:
        """Run the calls in one transaction, each in its own savepoint, and answer all after the commit."""
        outcomes: list[tuple[_Call, Any, Effects]] = []
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            for call in calls:
                self._run(connection, call, outcomes)
            connection.exec_driver_sql("COMMIT")
        except DBAPIError as error:
            self._give_up(connection, calls, error)
            return
        for call, result, effects in outcomes:
            call.answer.set_result((result, effects))

    def _run(self, connection: Connection, call: _Call, outcomes: list[tuple[_Call, Any, Effects]]) -> None:
        if not call.answer.set_running_or_notify_cancel():
            return
        connection.exec_driver_sql("SAVEPOINT call")
        tx = Tx(connection, self._generations)
        try:
            result = call.function(tx)
        except OperationalError:
            # Disk full and I/O errors may have rolled the whole transaction back by themselves.
            raise
        except Exception as error:  # the caller's own refusal or bug: it gets it, the others commit
            connection.exec_driver_sql("ROLLBACK TO call")
            connection.exec_driver_sql("RELEASE call")
            call.answer.set_exception(error)
            return
        connection.exec_driver_sql("RELEASE call")
        outcomes.append((call, result, tx.effects))

    def _give_up(self, connection: Connection, calls: list[_Call], error: DBAPIError) -> None:
        logger.error("store.write_failed", extra={"error": str(error.orig), "calls": len(calls)})
        dbapi_connection = connection.connection.dbapi_connection
        if dbapi_connection is not None and getattr(dbapi_connection, "in_transaction", False):
            connection.exec_driver_sql("ROLLBACK")
        for call in calls:
            if not call.answer.done():
                refusal = StoreError(f"the store could not write: {error.orig}")
                refusal.__cause__ = error
                call.answer.set_exception(refusal)
