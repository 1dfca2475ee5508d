"""Feeds that are polled: what partners were offered, what stood in the way, who reads, which bytes left."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# SQLite gives row ids to INTEGER keys only. Instants are microseconds since 1970 in UTC.
key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


_ORDINALS = """
UPDATE memberships SET ordinal = numbered.ordinal FROM (
    SELECT feed, article_key, row_number() OVER (PARTITION BY feed ORDER BY entered_seq, article_key) AS ordinal
    FROM memberships
) AS numbered WHERE numbered.feed = memberships.feed AND numbered.article_key = memberships.article_key
"""


def _partial(name: str, table: str, columns: list[str], where: str) -> None:
    condition = sa.text(where)
    op.create_index(name, table, columns, sqlite_where=condition, postgresql_where=condition)


def upgrade() -> None:
    op.add_column("articles", sa.Column("is_plain", sa.Integer()))
    op.add_column("memberships", sa.Column("revision", sa.Integer()))
    op.add_column("memberships", sa.Column("offered_at", sa.BigInteger()))
    op.create_index("memberships_changed", "memberships", ["feed", "changed_seq", "article_key"])
    op.add_column("memberships", sa.Column("ordinal", sa.BigInteger()))
    op.create_index("memberships_by_ordinal", "memberships", ["feed", "ordinal"])
    op.execute(_ORDINALS)
    _partial("memberships_leaving_of", "memberships", ["feed", "leaves_at"], "left_seq IS NULL AND leaves_at IS NOT NULL")
    op.drop_index("memberships_left", "memberships")
    _partial("memberships_left", "memberships", ["feed", "left_seq"], "left_cause <> 'aged'")
    op.add_column("feeds", sa.Column("declared_seq", sa.BigInteger()))
    op.execute("UPDATE feeds SET declared_seq = seq")
    op.add_column("attempts", sa.Column("payload_digest", sa.Text()))
    _feed_findings()
    _readers()
    _served_editions()


def _feed_findings() -> None:
    op.create_table(
        "feed_findings",
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("article_key", key, sa.ForeignKey("articles.key"), nullable=False),
        sa.Column("article_id", sa.Text(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("findings", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("feed", "article_key"),
    )
    op.create_index("feed_findings_by_article", "feed_findings", ["article_key"])


def _readers() -> None:
    op.create_table(
        "readers",
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("reader", sa.Text(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("subscribers", sa.Integer(), nullable=False),
        sa.Column("polls", sa.BigInteger(), nullable=False),
        sa.Column("not_modified", sa.BigInteger(), nullable=False),
        sa.Column("unconditional", sa.BigInteger(), nullable=False),
        sa.Column("interval_seconds", sa.Integer()),
        sa.Column("first_at", sa.BigInteger(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.Column("silent_since", sa.BigInteger()),
        sa.PrimaryKeyConstraint("feed", "reader"),
    )
    op.create_index("readers_by_age", "readers", ["last_at"])


def _served_editions() -> None:
    op.create_table(
        "served_editions",
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("first_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("feed", "format", "digest"),
    )
    op.create_index("served_editions_by_age", "served_editions", ["first_at"])
