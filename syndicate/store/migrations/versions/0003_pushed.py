"""Everything that is pushed: what reading copies back showed, and what operators were told of."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("copies", sa.Column("audited_at", sa.BigInteger()))
    op.add_column("copies", sa.Column("audit", sa.Text()))
    op.create_table(
        "alerts",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("told_at", sa.BigInteger()),
        sa.Column("ended_at", sa.BigInteger()),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("told_end", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "subject"),
    )
    op.create_table(
        "pace",
        sa.Column("minute", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("minute"),
    )
    failed = sa.text("state = 'failed'")
    op.create_index(
        "deliveries_given_up",
        "deliveries",
        ["partner", "finished_at"],
        sqlite_where=failed,
        postgresql_where=failed,
    )
    op.create_index("upstream_articles_by_time", "upstream_articles", ["upstream", "at"])
