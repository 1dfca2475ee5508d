"""Alembic's entry: run migrations on the connection that `store.migrate` hands over."""

from __future__ import annotations

from alembic import context

from syndicate.store.schema_alerts import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=False,
)
context.run_migrations()
