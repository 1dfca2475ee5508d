"""PostgreSQL: a pool of connections, one transaction each, repeated when two of them collide."""

from __future__ import annotations

import asyncio
import functools
import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from sqlalchemy import URL, Connection, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError

from syndicate.errors import StoreError
from syndicate.store.failures import is_outage, outage, sqlstate
from syndicate.store.tx import Effects, Generations, Tx

T = TypeVar("T")
logger = logging.getLogger(__name__)

# Writers wait for each other at the counter of seq; readers have threads of their own, so as not to wait with them.
WRITERS = 5
READERS = 5
MAX_COLLISIONS = 5
# serialization_failure, deadlock_detected, unique_violation (two first versions of one article), lock_not_available
_COLLISIONS = frozenset({"40001", "40P01", "23505", "55P03"})
_OPTIONS = (
    "-c lock_timeout=5000 -c statement_timeout=15000 -c idle_in_transaction_session_timeout=30000 -c timezone=UTC"
)
_MUST_BE_ON = ("fsync", "full_page_writes", "synchronous_commit")
_SETTING = text("SELECT current_setting(:name)")


def driver_url(url: str, password: str | None) -> URL:
    """Turn `postgresql://…` into the address SQLAlchemy opens with psycopg."""
    address = make_url(url).set(drivername="postgresql+psycopg")
    return address if password is None else address.set(password=password)


class PostgresDriver:
    """Run transactions on PostgreSQL; any number of processes may share it."""

    name = "postgresql"
    shared = True
    """Other processes may use the database meanwhile."""

    def __init__(self, url: str, *, password: str | None = None) -> None:
        self.address = driver_url(url, password)
        self._generations = Generations()

    def open(self) -> None:
        """Connect; raises StoreError when the server cannot be reached or would lose commits."""
        self._engine = create_engine(
            self.address,
            pool_size=WRITERS + READERS,
            max_overflow=0,
            pool_pre_ping=True,
            connect_args={"options": _OPTIONS, "connect_timeout": 5},
        )
        self._snapshots = self._engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        self._writers = ThreadPoolExecutor(WRITERS, thread_name_prefix="store-write")
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="store-read")
        try:
            with self._engine.connect() as connection:
                _refuse_volatile(connection)
        except DBAPIError as error:
            self.close()
            refusal = outage(error, doing="be reached")
            refusal.remedy = "Check [store] url and password, and that the server runs."
            raise refusal from error
        except BaseException:
            self.close()
            raise

    def migrate(self, migration: Callable[[Connection], None]) -> None:
        """Run a migration in one transaction, one process at a time."""
        with self._engine.begin() as connection:
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7305114)")
            migration(connection)

    def close(self) -> None:
        """Finish what is queued and let the connections go."""
        self._writers.shutdown(wait=True)
        self._readers.shutdown(wait=True)
        self._engine.dispose()

    def scrub(self) -> None:
        """Give the room of erased rows back to be overwritten."""
        with self._engine.connect() as connection:
            settled = connection.execution_options(isolation_level="AUTOCOMMIT")
            settled.exec_driver_sql("VACUUM articles, revisions, journal, copies, deliveries, attempts, idempotency")

    def submit(self, function: Callable[[Tx], T]) -> Future[tuple[T, Effects]]:
        """Run a writing transaction on a thread of its own; the future answers after its commit."""
        return self._writers.submit(self._write, function)

    async def read(self, function: Callable[[Tx], T]) -> T:
        """Run a reading function on one snapshot. Raises StoreError."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._readers, functools.partial(self._read, function))

    def _read(self, function: Callable[[Tx], T]) -> T:
        try:
            with self._snapshots.connect() as connection:
                return function(Tx(connection, self._generations))
        except DBAPIError as error:
            if is_outage(error):
                raise outage(error, doing="read") from error
            raise

    def _write(self, function: Callable[[Tx], T]) -> tuple[T, Effects]:
        collision: DBAPIError | None = None
        for _ in range(MAX_COLLISIONS):
            try:
                return self._commit(function)
            except DBAPIError as error:
                if sqlstate(error) in _COLLISIONS:
                    collision = error
                elif is_outage(error):
                    raise _refusal(error) from error
                else:
                    raise
        assert collision is not None
        raise _refusal(collision) from collision

    def _commit(self, function: Callable[[Tx], T]) -> tuple[T, Effects]:
        with self._engine.begin() as connection:
            tx = Tx(connection, self._generations, locks=True)
            result = function(tx)
        return result, tx.effects


def _refusal(error: DBAPIError) -> StoreError:
    logger.error("store.write_failed", extra={"error": str(error.orig), "calls": 1})
    return outage(error, doing="write")


def _refuse_volatile(connection: Connection) -> None:
    for setting in _MUST_BE_ON:
        if connection.execute(_SETTING, {"name": setting}).scalar_one() == "off":
            raise StoreError(
                f"PostgreSQL runs with {setting} = off and would lose accepted articles", remedy=f"Turn {setting} on."
            )
