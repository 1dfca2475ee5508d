"""The first schema."""

from __future__ import annotations

from alembic import op

from syndicate.store.schema import counters, metadata

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    metadata.create_all(op.get_bind())
    op.get_bind().execute(counters.insert().values(name="seq", value=0))
