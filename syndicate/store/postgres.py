"""PostgreSQL: a pool of connections, one transaction each, repeated when two of them collide."""

from __future__ import annotations

import asyncio
import functools
import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from sqlalchemy import URL, Connection, create_engine, make_url
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from syndicate.errors import StoreError
from syndicate.store.tx import Effects, Generations, Tx

T = TypeVar("T")
logger = logging.getLogger(__name__)

CONNECTIONS = 10
MAX_COLLISIONS = 5
# serialization_failure, deadlock_detected, unique_violation (two first versions of one article), lock_not_available
_COLLISIONS = frozenset({"40001", "40P01", "23505", "55P03"})
_OPTIONS = (
    "-c lock_timeout=5000 -c statement_timeout=15000 -c idle_in_transaction_session_timeout=30000 -c timezone=UTC"
)


def driver_url(url: str) -> URL:
    """Turn `postgresql://…` into the address SQLAlchemy opens with psycopg."""
    return make_url(url).set(drivername="postgresql+psycopg")


class PostgresDriver:
    """Run transactions on PostgreSQL; any number of processes may share it."""

    name = "postgresql"

    def __init__(self, url: str) -> None:
        self._url = driver_url(url)
        self._generations = Generations()

    def open(self) -> None:
        """Connect; raises StoreError when the server cannot be reached or would lose commits."""
        self._engine = create_engine(
            self._url,
            pool_size=CONNECTIONS,
            max_overflow=0,
            pool_pre_ping=True,
            connect_args={"options": _OPTIONS, "connect_timeout": 5},
        )
        self._threads = ThreadPoolExecutor(CONNECTIONS, thread_name_prefix="store")
        try:
            with self._engine.connect() as connection:
                _refuse_volatile(connection)
        except OperationalError as error:
            raise StoreError(
                "PostgreSQL cannot be reached", remedy="Check [store] url and that the server runs."
            ) from error

    def migrate(self, migration: Callable[[Connection], None]) -> None:
        """Run a migration in one transaction, one process at a time."""
        with self._engine.begin() as connection:
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7305114)")
            migration(connection)

    def close(self) -> None:
        self._threads.shutdown(wait=True)
        self._engine.dispose()

    def submit(self, function: Callable[[Tx], T]) -> Future[tuple[T, Effects]]:
        """Run a writing transaction on a pool thread; the future answers after its commit."""
        return self._threads.submit(self._write, function)

    async def read(self, function: Callable[[Tx], T]) -> T:
        """Run a reading function on one snapshot."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, functools.partial(self._read, function))

    def _read(self, function: Callable[[Tx], T]) -> T:
        with self._engine.connect() as connection:
            connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            result = function(Tx(connection, self._generations))
            connection.rollback()
            return result

    def _write(self, function: Callable[[Tx], T]) -> tuple[T, Effects]:
        for collisions in range(MAX_COLLISIONS):
            try:
                with self._engine.begin() as connection:
                    tx = Tx(connection, self._generations)
                    result = function(tx)
                return result, tx.effects
            except (OperationalError, IntegrityError, DBAPIError) as error:
                if getattr(error.orig, "sqlstate", None) not in _COLLISIONS or collisions == MAX_COLLISIONS - 1:
                    logger.exception("store.write_failed")
                    raise StoreError("the store could not write") from error
        raise AssertionError


def _refuse_volatile(connection: Connection) -> None:
    for setting in ("fsync", "full_page_writes", "synchronous_commit"):
        if connection.exec_driver_sql(f"SHOW {setting}").scalar_one() == "off":
            raise StoreError(
                f"PostgreSQL runs with {setting} = off and would lose accepted articles", remedy=f"Turn {setting} on."
            )
