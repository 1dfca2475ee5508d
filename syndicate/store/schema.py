"""The tables: one declaration for SQLite and PostgreSQL. Instants are microseconds since 1970 in UTC."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, MetaData, Table, Text, UniqueConstraint

from syndicate.store.columns import At, Key, partial_index

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
    # 1: may leave as it is kept (render.event.is_plain). NULL where nobody has looked.
    Column("is_plain", Integer),
    Column("content_hash", Text, nullable=False),
    Column("published_at", At, nullable=False),
    Column("updated_at", At, nullable=False),
    Column("release_at", At),
    Column("expires_at", At),
    Column("rights_end_at", At),
    Column("audience", Text, nullable=False),
    Column("upstream", Text),
    Column("released_at", At),
    Column("changed_at", At, nullable=False),
    Column("withdrawn_by", Text),
    Column("withdrawn_at", At),
    Column("public_note", Text),
    Column("erased_case", Text),
    Index("articles_by_url", "url"),
    partial_index("articles_by_release", "release_at", where="status = 'scheduled'"),
    partial_index("articles_by_expiry", "expires_at", where="status = 'published' AND expires_at IS NOT NULL"),
    partial_index("articles_by_rights", "rights_end_at", where="status = 'published' AND rights_end_at IS NOT NULL"),
    Index("articles_by_change", "changed_at", "key"),
    Index("articles_by_seq", "seq"),
    # Partial like its neighbours: SQLite prefers any index that begins with `status` to theirs.
    partial_index("articles_by_newest", "audience", "updated_at", "published_at", "id", where="status = 'published'"),
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
    Column("seq", Key, primary_key=True, autoincrement=False),
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
    # The last time its declaration changed, so that all it shows may look different.
    Column("declared_seq", BigInteger),
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
    # Of a polled partner's own feed only: the revision it was offered, which may not be the newest, and when.
    Column("revision", Integer),
    Column("offered_at", At),
    # Its place in the order of first entries, counted from 1 in each feed: archives are made by it.
    Column("ordinal", BigInteger),
    partial_index("memberships_newest", "feed", "updated_at", "published_at", "article_id", where="left_seq IS NULL"),
    partial_index("memberships_left", "feed", "left_seq", where="left_cause <> 'aged'"),
    partial_index("memberships_leaving", "leaves_at", where="left_seq IS NULL AND leaves_at IS NOT NULL"),
    partial_index("memberships_leaving_of", "feed", "leaves_at", where="left_seq IS NULL AND leaves_at IS NOT NULL"),
    Index("memberships_by_article", "article_key"),
    Index("memberships_changed", "feed", "changed_seq", "article_key"),
    Index("memberships_by_ordinal", "feed", "ordinal"),
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
    Column("by_hand", Text),
    Column("note", Text),
    # What reading the copy back showed: when, and the findings as JSON.
    Column("audited_at", At),
    Column("audit", Text),
    Index("copies_by_article", "article_key"),
    Index("copies_by_partner", "partner", "article_id"),
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
    Column("owed_at", At, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("lease_token", Text),
    Column("lease_until", At),
    Column("finished_at", At),
    Column("reason", Text),
    partial_index("deliveries_due", "partner", "lane", "due_at", "seq", where="state = 'waiting'"),
    Index("deliveries_by_state", "partner", "state", "created_at", "id"),
    Index("deliveries_by_article", "article_key", "partner"),
    Index("deliveries_finished", "finished_at"),
    Index("deliveries_newest", "created_at", "id"),
    partial_index("deliveries_given_up", "partner", "finished_at", where="state = 'failed'"),
    partial_index("deliveries_next", "due_at", where="state = 'waiting'"),
    # At most one unsent, and at most one being sent, for each partner and article.
    partial_index("deliveries_one_waiting", "partner", "article_key", where="state = 'waiting'", unique=True),
    partial_index("deliveries_one_sending", "partner", "article_key", where="state = 'sending'", unique=True),
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
    Column("payload_digest", Text),
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
    Index("upstream_articles_by_time", "upstream", "at"),
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
