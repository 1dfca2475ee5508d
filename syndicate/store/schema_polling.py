"""The tables of feeds that are polled: what stood in an article's way, who reads, which bytes left."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, Table, Text

from syndicate.store.columns import At, Key
from syndicate.store.schema import metadata

# With these tables in it: whoever compares the whole schema takes it from here.
__all__ = ["feed_findings", "metadata", "readers", "served_editions"]

# What stands between an article and a feed that selects it: refused, or repaired, and why.
feed_findings = Table(
    "feed_findings",
    metadata,
    Column("feed", Text, primary_key=True),
    Column("article_key", Key, ForeignKey("articles.key"), primary_key=True),
    Column("article_id", Text, nullable=False),
    Column("refused", Integer, nullable=False),
    Column("findings", Text, nullable=False),
    Column("at", At, nullable=False),
    Index("feed_findings_by_article", "article_key"),
)

# Who polls a feed: one row for each reader we can tell apart, bounded in number.
readers = Table(
    "readers",
    metadata,
    Column("feed", Text, primary_key=True),
    Column("reader", Text, primary_key=True),
    Column("service", Text, nullable=False),
    Column("subscribers", Integer, nullable=False),
    Column("polls", BigInteger, nullable=False),
    Column("not_modified", BigInteger, nullable=False),
    Column("unconditional", BigInteger, nullable=False),
    Column("interval_seconds", Integer),
    Column("first_at", At, nullable=False),
    Column("last_at", At, nullable=False),
    Column("silent_since", At),
    Index("readers_by_age", "last_at"),
)

# Which bytes were served: the digest of every edition that left, and when it first did.
served_editions = Table(
    "served_editions",
    metadata,
    Column("feed", Text, primary_key=True),
    Column("format", Text, primary_key=True),
    Column("digest", Text, primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("first_at", At, nullable=False),
    Index("served_editions_by_age", "first_at"),
)
