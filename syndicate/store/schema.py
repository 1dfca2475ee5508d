"""The tables: one declaration for SQLite and PostgreSQL. Instants are microseconds since 1970 in UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class At(TypeDecorator[datetime]):
    """An instant: aware datetimes in, UTC datetimes out; an integer, so that both databases order alike."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> int | None:
        return None if value is None else (value - EPOCH) // timedelta(microseconds=1)

    def process_result_value(self, value: int | None, dialect: Any) -> datetime | None:
        return None if value is None else EPOCH + timedelta(microseconds=value)


# SQLite gives row ids to INTEGER keys only.
Key = BigInteger().with_variant(Integer, "sqlite")

metadata = MetaData()

meta = Table(
    "meta",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

# One row, `seq`: locked last in a transaction and held to its commit, so that seq orders as commits do.
counters = Table(
    "counters",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", BigInteger, nullable=False),
)

generations = Table(
    "generations",
    metadata,
    Column("number", Key, primary_key=True, autoincrement=True),
    Column("declared", Text, nullable=False),
    Column("at", At, nullable=False),
)

articles = Table(
    "articles",
    metadata,
    Column("key", Key, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False, unique=True),
    Column("url", Text),
    Column("slug", Text, nullable=False, unique=True),
    Column("revision", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("seq", BigInteger),
    Column("record", Text),
    Column("content_hash", Text, nullable=False),
    Column("published_at", At, nullable=False),
    Column("updated_at", At, nullable=False),
    Column("release_at", At),
    Column("expires_at", At),
    Column("audience", Text, nullable=False),
    Column("upstream", Text),
    Column("released_at", At),
    Column("changed_at", At, nullable=False),
    Column("withdrawn_by", Text),
    Column("withdrawn_at", At),
    Column("public_note", Text),
    Column("erased_case", Text),
    Index("articles_by_url", "url"),
    Index("articles_by_release", "release_at", sqlite_where=text("status = 'scheduled'")),
    Index("articles_by_expiry", "expires_at", sqlite_where=text("status = 'published'")),
    Index("articles_by_newest", "status", "audience", "updated_at", "published_at", "id"),
)

revisions = Table(
    "revisions",
    metadata,
    Column("article_key", Key, ForeignKey("articles.key"), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("at", At, nullable=False),
    Column("actor", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("record", Text),
)

journal = Table(
    "journal",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("article_key", Key, ForeignKey("articles.key"), nullable=False),
    Column("article_id", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("at", At, nullable=False),
    Column("actor", Text, nullable=False),
    Column("reason", Text),
    Index("journal_by_article", "article_key", "seq"),
)

feeds = Table(
    "feeds",
    metadata,
    Column("slug", Text, primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("changed_at", At, nullable=False),
)

memberships = Table(
    "memberships",
    metadata,
    Column("feed", Text, primary_key=True),
    Column("article_key", Key, ForeignKey("articles.key"), primary_key=True),
    Column("article_id", Text, nullable=False),
    Column("entered_seq", BigInteger, nullable=False),
    Column("changed_seq", BigInteger, nullable=False),
    Column("reentered_at", At),
    Column("left_seq", BigInteger),
    Column("left_at", At),
    Column("left_cause", Text),
    Column("leaves_at", At),
    Column("published_at", At, nullable=False),
    Column("updated_at", At, nullable=False),
    Index(
        "memberships_newest",
        "feed",
        "updated_at",
        "published_at",
        "article_id",
        sqlite_where=text("left_seq IS NULL"),
        postgresql_where=text("left_seq IS NULL"),
    ),
    Index(
        "memberships_left",
        "feed",
        "left_seq",
        sqlite_where=text("left_seq IS NOT NULL"),
        postgresql_where=text("left_seq IS NOT NULL"),
    ),
    Index(
        "memberships_leaving",
        "leaves_at",
        sqlite_where=text("left_seq IS NULL AND leaves_at IS NOT NULL"),
        postgresql_where=text("left_seq IS NULL AND leaves_at IS NOT NULL"),
    ),
    Index("memberships_by_article", "article_key"),
)

copies = Table(
    "copies",
    metadata,
    Column("partner", Text, primary_key=True),
    Column("article_key", Key, ForeignKey("articles.key"), primary_key=True),
    Column("article_id", Text, nullable=False),
    Column("holding", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("unsure_revision", Integer),
    Column("evidence", Text),
    Column("url", Text),
    Column("remote", Text, nullable=False),
    Column("changed_at", At, nullable=False),
    Column("note", Text),
    Index("copies_by_article", "article_key"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Text, primary_key=True),
    Column("partner", Text, nullable=False),
    Column("article_key", Key, ForeignKey("articles.key"), nullable=False),
    Column("article_id", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("type", Text, nullable=False),
    Column("lane", Integer, nullable=False),
    Column("cause", Text),
    Column("public_note", Text),
    Column("state", Text, nullable=False),
    Column("due_at", At, nullable=False),
    Column("created_at", At, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("lease_token", Text),
    Column("lease_until", At),
    Column("finished_at", At),
    Column("reason", Text),
    Index("deliveries_due", "state", "partner", "lane", "due_at", "seq"),
    Index("deliveries_by_article", "article_key", "partner"),
    Index("deliveries_finished", "finished_at"),
    # At most one unsent, and at most one being sent, for each partner and article.
    Index(
        "deliveries_one_waiting",
        "partner",
        "article_key",
        unique=True,
        sqlite_where=text("state = 'waiting'"),
        postgresql_where=text("state = 'waiting'"),
    ),
    Index(
        "deliveries_one_sending",
        "partner",
        "article_key",
        unique=True,
        sqlite_where=text("state = 'sending'"),
        postgresql_where=text("state = 'sending'"),
    ),
)

attempts = Table(
    "attempts",
    metadata,
    Column("delivery_id", Text, ForeignKey("deliveries.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("at", At, nullable=False),
    Column("duration_ms", Integer, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("status", Integer),
    Column("answer", Text),
)

partners = Table(
    "partners",
    metadata,
    Column("name", Text, primary_key=True),
    Column("health", Text, nullable=False),
    Column("changed_at", At, nullable=False),
)

idempotency = Table(
    "idempotency",
    metadata,
    Column("token_id", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("request_hash", Text, nullable=False),
    Column("status", Integer, nullable=False),
    Column("headers", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("at", At, nullable=False),
    Index("idempotency_by_age", "at"),
)

tokens = Table(
    "tokens",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("created_at", At, nullable=False),
    Column("revoked_at", At),
    Column("last_used_at", At),
)

# What an upstream pushed: its ids, so that nothing is applied twice, and its newest seq for each article.
inbound = Table(
    "inbound",
    metadata,
    Column("upstream", Text, primary_key=True),
    Column("delivery_id", Text, primary_key=True),
    Column("at", At, nullable=False),
    Index("inbound_by_age", "at"),
)

upstream_articles = Table(
    "upstream_articles",
    metadata,
    Column("upstream", Text, primary_key=True),
    Column("article_id", Text, primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("at", At, nullable=False),
)

media = Table(
    "media",
    metadata,
    Column("name", Text, primary_key=True),
    Column("type", Text, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("length", BigInteger, nullable=False),
    Column("created_at", At, nullable=False),
)

media_uses = Table(
    "media_uses",
    metadata,
    Column("name", Text, primary_key=True),
    Column("article_key", Key, ForeignKey("articles.key"), primary_key=True),
    UniqueConstraint("article_key", "name"),
)
