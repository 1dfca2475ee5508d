"""What the tables are made of: instants, keys, indexes of a part of a table."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Index, Integer, TypeDecorator, literal_column, text

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


def partial_index(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """Declare an index of the rows that `where` names, on both databases."""
    return Index(name, *columns, unique=unique, sqlite_where=text(where), postgresql_where=text(where))


def fixed(value: str) -> ColumnElement[str]:
    """Write `value` into the statement itself: a planner uses a partial index only for a condition it can read."""
    return literal_column(f"'{value}'")
