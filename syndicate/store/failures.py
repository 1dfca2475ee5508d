"""What a database's own errors mean to an operator."""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import DatabaseError, DBAPIError, InterfaceError, InternalError, OperationalError

from syndicate.errors import StoreError

RESTORE = "Stop the service, keep the damaged file, and restore a backup: syndicate db restore PATH."
_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_FULL = frozenset({sqlite3.SQLITE_FULL, "53100"})


def is_outage(error: DBAPIError) -> bool:
    """Tell whether the database failed; a broken constraint or a wrong statement is a bug, and stays loud."""
    # Python calls a wrong statement operational; SQLite's code tells it apart.
    if _primary_code(error) == sqlite3.SQLITE_ERROR:
        return False
    return isinstance(error, OperationalError | InterfaceError | InternalError) or type(error) is DatabaseError


def outage(error: DBAPIError, *, doing: str) -> StoreError:
    """Say in one line what the database could not do and what mends it."""
    cause = str(error.orig).strip().partition("\n")[0]
    if _primary_code(error) in _DAMAGED:
        return StoreError(f"the database is damaged: {cause}", remedy=RESTORE)
    if {_primary_code(error), sqlstate(error)} & _FULL:
        return StoreError(f"the store could not {doing}: {cause}", remedy="Free disk space; the service goes on then.")
    return StoreError(f"the store could not {doing}: {cause}")


def sqlstate(error: DBAPIError) -> str | None:
    """Return PostgreSQL's code for what went wrong."""
    code: str | None = getattr(error.orig, "sqlstate", None)
    return code


def _primary_code(error: DBAPIError) -> int | None:
    # SQLite's extended codes carry the primary one in their low byte.
    code: int | None = getattr(error.orig, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF
