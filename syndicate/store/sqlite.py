"""SQLite: one writer thread that commits in groups, a few readers that cannot write, one process lock."""

from __future__ import annotations

import asyncio
import functools
import logging
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from syndicate.errors import StoreError
from syndicate.store.failures import is_outage, outage
from syndicate.store.sqlite_file import (
    ProcessLock,
    reading_engine,
    refuse_damage,
    wal_of,
    was_left_open,
    writing_engine,
)
from syndicate.store.tx import Effects, Generations, Tx

T = TypeVar("T")
logger = logging.getLogger(__name__)

MAX_GROUP = 256
READERS = 4
# reliability I13: ready within five seconds after a crash.
CHECK_WITHIN = timedelta(seconds=3)


@dataclass
class _Call:
    """One transaction asked for: the function, and where its answer goes."""

    function: Callable[[Tx], Any]
    answer: Future[tuple[Any, Effects]]


class SQLiteDriver:
    """Run transactions on one SQLite file; the store's driver for a single machine."""

    name = "sqlite"
    shared = False
    """No other process can use the database meanwhile."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = ProcessLock(path)
        self._generations = Generations()
        self._calls: queue.SimpleQueue[_Call | None] = queue.SimpleQueue()
        self._gate = threading.Lock()
        self._closing = False
        self._local = threading.local()
        self._reader_connections: list[Connection] = []
        self._scrubs: list[threading.Event] = []

    def open(self) -> None:
        """Take the process lock and start the threads.

        Raises StoreBusyError, and StoreError for a file that cannot be opened or that a crash left damaged.
        """
        self._lock.acquire()
        try:
            self._connection = self._connect()
        except BaseException:
            self._lock.release()
            raise
        self._reader_engine = reading_engine(self.path)
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="store-read")
        self._writer = threading.Thread(target=self._write_loop, name="store-write", daemon=True)
        self._writer.start()

    def _connect(self) -> Connection:
        left_open = was_left_open(self.path)
        try:
            connection = writing_engine(self.path).connect()
            if left_open:
                refuse_damage(connection, within=CHECK_WITHIN)
        except DBAPIError as error:
            raise outage(error, doing="be opened") from error
        return connection

    def migrate(self, migration: Callable[[Connection], None]) -> None:
        """Run a migration in one transaction, before any other use."""
        connection = self._connection
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            migration(connection)
            connection.exec_driver_sql("COMMIT")
        except BaseException as error:
            self._roll_back()
            if isinstance(error, DBAPIError) and is_outage(error):
                raise outage(error, doing="be brought up to date") from error
            raise

    def close(self) -> None:
        """Finish what is queued, checkpoint, and let the file go."""
        with self._gate:
            self._closing = True
            self._calls.put(None)
        self._writer.join()
        self._readers.shutdown(wait=True)
        for connection in self._reader_connections:
            connection.close()
        self._checkpoint()
        self._connection.close()
        self._lock.release()

    def scrub(self) -> None:
        """Empty the log of commits into the file, where deleted values are overwritten; waits for it."""
        done = threading.Event()
        self._scrubs.append(done)
        self.submit(lambda tx: None).result()
        done.wait()

    def wal_bytes(self) -> int:
        """Return the size of the log of commits that are not in the file yet."""
        try:
            return wal_of(self.path).stat().st_size
        except FileNotFoundError:
            return 0

    def submit(self, function: Callable[[Tx], T]) -> Future[tuple[T, Effects]]:
        """Queue a writing transaction; the future answers after its commit is on disk."""
        answer: Future[tuple[T, Effects]] = Future()
        with self._gate:
            if self._closing:
                raise StoreError("the store is closed")
            self._calls.put(_Call(function, answer))
        return answer

    async def read(self, function: Callable[[Tx], T]) -> T:
        """Run a reading function on a consistent snapshot. Raises StoreError."""
        if self._closing:
            raise StoreError("the store is closed")
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._readers, functools.partial(self._read, function))

    def _read(self, function: Callable[[Tx], T]) -> T:
        try:
            connection = self._reader()
            connection.exec_driver_sql("BEGIN")
            try:
                return function(Tx(connection, self._generations))
            finally:
                connection.exec_driver_sql("ROLLBACK")
        except DBAPIError as error:
            if is_outage(error):
                raise outage(error, doing="read") from error
            raise

    def _reader(self) -> Connection:
        """Return this thread's connection."""
        connection: Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = self._reader_engine.connect()
            self._reader_connections.append(connection)
        return connection

    # --- the writer's thread ---------------------------------------------------------------------------------------

    def _write_loop(self) -> None:
        ends = False
        while not ends:
            group = [self._calls.get(), *self._waiting()]
            ends = None in group
            self._commit_group([call for call in group if call is not None])
            while self._scrubs:
                self._checkpoint()
                self._scrubs.pop(0).set()

    def _waiting(self) -> list[_Call | None]:
        waiting: list[_Call | None] = []
        while len(waiting) < MAX_GROUP - 1:
            try:
                waiting.append(self._calls.get_nowait())
            except queue.Empty:
                break
        return waiting

    def _commit_group(self, calls: list[_Call]) -> None:
        """Run the calls in one transaction, each in its own savepoint, and answer all after the commit."""
        outcomes: list[tuple[_Call, Any, Effects]] = []
        try:
            self._connection.exec_driver_sql("BEGIN IMMEDIATE")
            for call in calls:
                self._run(call, outcomes)
            self._connection.exec_driver_sql("COMMIT")
        except DBAPIError as error:
            self._give_up(calls, error)
            return
        for call, result, effects in outcomes:
            call.answer.set_result((result, effects))

    def _run(self, call: _Call, outcomes: list[tuple[_Call, Any, Effects]]) -> None:
        self._connection.exec_driver_sql("SAVEPOINT call")
        tx = Tx(self._connection, self._generations)
        try:
            result = call.function(tx)
        except Exception as error:
            # Disk full and I/O errors may have rolled the whole transaction back by themselves.
            if isinstance(error, DBAPIError) and is_outage(error):
                raise
            # The caller's own refusal or bug: it gets it, the others commit.
            self._connection.exec_driver_sql("ROLLBACK TO call")
            self._connection.exec_driver_sql("RELEASE call")
            call.answer.set_exception(error)
            return
        self._connection.exec_driver_sql("RELEASE call")
        outcomes.append((call, result, tx.effects))

    def _give_up(self, calls: list[_Call], error: DBAPIError) -> None:
        logger.error("store.write_failed", extra={"error": str(error.orig), "calls": len(calls)})
        self._roll_back()
        for call in calls:
            if not call.answer.done():
                refusal = outage(error, doing="write")
                refusal.__cause__ = error
                call.answer.set_exception(refusal)

    def _checkpoint(self) -> None:
        try:
            self._connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        except DBAPIError as error:
            # Nothing is lost: the next start reads the log of commits.
            logger.warning("store.checkpoint_failed", extra={"error": str(error.orig)})

    def _roll_back(self) -> None:
        """End the open transaction, unless SQLite has done so by itself."""
        raw: Any = self._connection.connection.dbapi_connection
        if raw.in_transaction:
            self._connection.exec_driver_sql("ROLLBACK")
