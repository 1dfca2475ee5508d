"""The first schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# SQLite gives row ids to INTEGER keys only. Instants are microseconds since 1970 in UTC.
key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _service()
    _articles()
    _history()
    _pictures()
    _feeds()
    _copies()
    _deliveries()
    _attempts()
    _upstreams()
    counters = sa.table("counters", sa.column("name", sa.Text), sa.column("value", sa.BigInteger))
    op.bulk_insert(counters, [{"name": "seq", "value": 0}])


def _partial(name: str, table: str, columns: list[str], where: str, *, unique: bool = False) -> None:
    condition = sa.text(where)
    op.create_index(name, table, columns, unique=unique, sqlite_where=condition, postgresql_where=condition)


def _service() -> None:
    op.create_table(
        "meta",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "counters",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "generations",
        sa.Column("number", key, autoincrement=True, nullable=False),
        sa.Column("declared", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_table(
        "tokens",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger()),
        sa.Column("last_used_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "idempotency",
        sa.Column("token_id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request_hash", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("token_id", "key"),
    )
    op.create_index("idempotency_by_age", "idempotency", ["at"])


def _articles() -> None:
    op.create_table(
        "articles",
        sa.Column("key", key, autoincrement=True, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("url", sa.Text()),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger()),
        sa.Column("record", sa.Text()),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("published_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("release_at", sa.BigInteger()),
        sa.Column("expires_at", sa.BigInteger()),
        sa.Column("rights_end_at", sa.BigInteger()),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("upstream", sa.Text()),
        sa.Column("released_at", sa.BigInteger()),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn_by", sa.Text()),
        sa.Column("withdrawn_at", sa.BigInteger()),
        sa.Column("public_note", sa.Text()),
        sa.Column("erased_case", sa.Text()),
        sa.PrimaryKeyConstraint("key"),
        sa.UniqueConstraint("id"),
        sa.UniqueConstraint("slug"),
    )
    op.create_index("articles_by_change", "articles", ["changed_at", "key"])
    _partial("articles_by_expiry", "articles", ["expires_at"], "status = 'published' AND expires_at IS NOT NULL")
    _partial("articles_by_rights", "articles", ["rights_end_at"], "status = 'published' AND rights_end_at IS NOT NULL")
    _partial(
        "articles_by_newest",
        "articles",
        ["audience", "updated_at", "published_at", "id"],
        "status = 'published'",
    )
    _partial("articles_by_release", "articles", ["release_at"], "status = 'scheduled'")
    op.create_index("articles_by_seq", "articles", ["seq"])
    op.create_index("articles_by_url", "articles", ["url"])


def _history() -> None:
    op.create_table(
        "revisions",
        sa.Column("article_key", key, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("record", sa.Text()),
        sa.ForeignKeyConstraint(["article_key"], ["articles.key"]),
        sa.PrimaryKeyConstraint("article_key", "revision"),
    )
    op.create_table(
        "journal",
        sa.Column("seq", key, autoincrement=False, nullable=False),
        sa.Column("article_key", key, nullable=False),
        sa.Column("article_id", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.ForeignKeyConstraint(["article_key"], ["articles.key"]),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_index("journal_by_article", "journal", ["article_key", "seq"])


def _pictures() -> None:
    op.create_table(
        "media",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("length", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "media_uses",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("article_key", key, nullable=False),
        sa.ForeignKeyConstraint(["article_key"], ["articles.key"]),
        sa.PrimaryKeyConstraint("name", "article_key"),
        sa.UniqueConstraint("article_key", "name"),
    )


def _feeds() -> None:
    op.create_table(
        "feeds",
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("slug"),
    )
    op.create_table(
        "memberships",
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("article_key", key, nullable=False),
        sa.Column("article_id", sa.Text(), nullable=False),
        sa.Column("entered_seq", sa.BigInteger(), nullable=False),
        sa.Column("changed_seq", sa.BigInteger(), nullable=False),
        sa.Column("reentered_at", sa.BigInteger()),
        sa.Column("left_seq", sa.BigInteger()),
        sa.Column("left_at", sa.BigInteger()),
        sa.Column("left_cause", sa.Text()),
        sa.Column("leaves_at", sa.BigInteger()),
        sa.Column("published_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["article_key"], ["articles.key"]),
        sa.PrimaryKeyConstraint("feed", "article_key"),
    )
    op.create_index("memberships_by_article", "memberships", ["article_key"])
    _partial("memberships_leaving", "memberships", ["leaves_at"], "left_seq IS NULL AND leaves_at IS NOT NULL")
    _partial("memberships_left", "memberships", ["feed", "left_seq"], "left_seq IS NOT NULL")
    _partial(
        "memberships_newest", "memberships", ["feed", "updated_at", "published_at", "article_id"], "left_seq IS NULL"
    )


def _copies() -> None:
    op.create_table(
        "partners",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("health", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "copies",
        sa.Column("partner", sa.Text(), nullable=False),
        sa.Column("article_key", key, nullable=False),
        sa.Column("article_id", sa.Text(), nullable=False),
        sa.Column("holding", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("unsure_revision", sa.Integer()),
        sa.Column("evidence", sa.Text()),
        sa.Column("url", sa.Text()),
        sa.Column("remote", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("by_hand", sa.Text()),
        sa.Column("note", sa.Text()),
        sa.ForeignKeyConstraint(["article_key"], ["articles.key"]),
        sa.PrimaryKeyConstraint("partner", "article_key"),
    )
    op.create_index("copies_by_article", "copies", ["article_key"])
    op.create_index("copies_by_partner", "copies", ["partner", "article_id"])


def _deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("partner", sa.Text(), nullable=False),
        sa.Column("article_key", key, nullable=False),
        sa.Column("article_id", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("lane", sa.Integer(), nullable=False),
        sa.Column("cause", sa.Text()),
        sa.Column("public_note", sa.Text()),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("owed_at", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("lease_token", sa.Text()),
        sa.Column("lease_until", sa.BigInteger()),
        sa.Column("finished_at", sa.BigInteger()),
        sa.Column("reason", sa.Text()),
        sa.ForeignKeyConstraint(["article_key"], ["articles.key"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("deliveries_by_article", "deliveries", ["article_key", "partner"])
    op.create_index("deliveries_by_state", "deliveries", ["partner", "state", "created_at", "id"])
    _partial("deliveries_due", "deliveries", ["partner", "lane", "due_at", "seq"], "state = 'waiting'")
    op.create_index("deliveries_finished", "deliveries", ["finished_at"])
    op.create_index("deliveries_newest", "deliveries", ["created_at", "id"])
    _partial("deliveries_next", "deliveries", ["due_at"], "state = 'waiting'")
    _partial("deliveries_one_sending", "deliveries", ["partner", "article_key"], "state = 'sending'", unique=True)
    _partial("deliveries_one_waiting", "deliveries", ["partner", "article_key"], "state = 'waiting'", unique=True)


def _attempts() -> None:
    op.create_table(
        "attempts",
        sa.Column("delivery_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("duration_ms", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer()),
        sa.Column("answer", sa.Text()),
        sa.ForeignKeyConstraint(["delivery_id"], ["deliveries.id"]),
        sa.PrimaryKeyConstraint("delivery_id", "number"),
    )


def _upstreams() -> None:
    op.create_table(
        "inbound",
        sa.Column("upstream", sa.Text(), nullable=False),
        sa.Column("delivery_id", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("upstream", "delivery_id"),
    )
    op.create_index("inbound_by_age", "inbound", ["at"])
    op.create_table(
        "upstream_articles",
        sa.Column("upstream", sa.Text(), nullable=False),
        sa.Column("article_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("upstream", "article_id"),
    )
