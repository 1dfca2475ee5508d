"""A SQLite file before it is used: the lock of its one process, its connections, and whether it is whole."""

from __future__ import annotations

import fcntl
import logging
import os
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from syndicate.errors import StoreBusyError, StoreError
from syndicate.store.failures import RESTORE

logger = logging.getLogger(__name__)

# reliability: a commit survives power loss only with FULL; readers must never write or checkpoint.
_PRAGMAS = (
    "PRAGMA busy_timeout = 5000",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA journal_size_limit = 67108864",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA cell_size_check = ON",
    # What is erased is overwritten, not only forgotten.
    "PRAGMA secure_delete = ON",
    "PRAGMA cache_size = -65536",
)
_READER_PRAGMAS = ("PRAGMA query_only = ON", "PRAGMA wal_autocheckpoint = 0")
_STEPS_BETWEEN_LOOKS = 100_000


class ProcessLock:
    """Hold the database for this process: `path`.lock, released when the process ends however it ends."""

    def __init__(self, path: Path) -> None:
        self._path = path.with_name(path.name + ".lock")
        self._descriptor: int | None = None

    def acquire(self) -> None:
        """Take the lock; raises StoreBusyError when another process has it, StoreError where there is no place."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StoreError(
                f"{self._path} cannot be written: {error.strerror}", remedy="Check [store] url and who owns its folder."
            ) from error
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


def writing_engine(path: Path) -> Engine:
    """Make the engine of the one connection that writes; it owns BEGIN and COMMIT, and the checkpoints."""
    # Embargoed stories are in it; its log and index take the rights of the file.
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    return _engine(path, _PRAGMAS)


def reading_engine(path: Path) -> Engine:
    """Make the engine of connections that cannot write."""
    return _engine(path, (*_PRAGMAS, *_READER_PRAGMAS))


def _engine(path: Path, pragmas: tuple[str, ...]) -> Engine:
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


def wal_of(path: Path) -> Path:
    """Return where SQLite logs commits before they reach the file."""
    return path.with_name(path.name + "-wal")


def was_left_open(path: Path) -> bool:
    """Tell whether the last process ended without closing the file: closing it removes the log of commits."""
    return wal_of(path).exists()


def refuse_damage(connection: Connection, *, within: timedelta) -> None:
    """Read through the file; raises StoreError where a page is damaged.

    A file too big to read `within` that time is trusted for the rest, and the log says so.
    """
    raw: Any = connection.connection.dbapi_connection
    until = time.monotonic() + within.total_seconds()
    raw.set_progress_handler(lambda: time.monotonic() > until, _STEPS_BETWEEN_LOOKS)
    try:
        found = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
    except DBAPIError as error:
        if "interrupted" not in str(error.orig):
            raise
        logger.warning("store.check_cut_short", extra={"after_seconds": within.total_seconds()})
        return
    finally:
        raw.set_progress_handler(None, 0)
    if found != "ok":
        raise StoreError(f"the database is damaged: {str(found).splitlines()[-1]}", remedy=RESTORE)
