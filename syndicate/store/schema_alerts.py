"""The tables of alerts and of the brake: what operators are to be told of, and how much changes."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, Table, Text

from syndicate.store.columns import At
from syndicate.store.schema_polling import metadata

# With these tables in it: whoever compares the whole schema takes it from here.
__all__ = ["alerts", "metadata", "pace"]

# One row for each condition that holds, or that ended and whose end is still to be told.
alerts = Table(
    "alerts",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("detail", Text, nullable=False),
    Column("since", At, nullable=False),
    Column("told_at", At),
    Column("ended_at", At),
    # Names of channels, with spaces between: who heard that it began, and that it ended.
    Column("told", Text, nullable=False),
    Column("told_end", Text, nullable=False),
)

# How many changes that partners are owed came in each minute (since 1970); those of the last hour are looked at.
pace = Table(
    "pace",
    metadata,
    Column("minute", BigInteger, primary_key=True, autoincrement=False),
    Column("changes", Integer, nullable=False),
)
