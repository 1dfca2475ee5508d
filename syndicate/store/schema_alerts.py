"""The table of alerts: what operators are to be told of, and were."""

from __future__ import annotations

from sqlalchemy import Column, Table, Text

from syndicate.store.columns import At
from syndicate.store.schema_polling import metadata

# With these tables in it: whoever compares the whole schema takes it from here.
__all__ = ["alerts", "metadata"]

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
)
