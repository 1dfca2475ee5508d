"""Bring the schema up to date with Alembic, inside the caller's transaction."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from syndicate.errors import StoreError
from syndicate.store.tx import Tx

_SCRIPTS = Path(__file__).with_name("migrations")


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    config.attributes["connection"] = connection
    return config


def revision(tx: Tx) -> str | None:
    """Return the schema the database has."""
    return current(tx.connection)


def current(connection: Connection) -> str | None:
    """Return the schema a database has; None where it has none yet."""
    return MigrationContext.configure(connection).get_current_revision()


def upgrade(connection: Connection) -> None:
    """Run the missing migrations; raises StoreError when the database is newer than this program."""
    config = _config(connection)
    scripts = ScriptDirectory.from_config(config)
    found = current(connection)
    known = {script.revision for script in scripts.walk_revisions()}
    if found is not None and found not in known:
        raise StoreError(
            f"the database has schema {found}, which this version does not know",
            remedy="Run the newer version of syndicate that made it.",
        )
    if found != scripts.get_current_head():
        command.upgrade(config, "head")
