"""What tables and statements are made of: instants, keys, indexes of a part of a table, rows handed over at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic_core import to_json
from sqlalchemy import (
    JSON,
    BigInteger,
    ColumnElement,
    Index,
    Integer,
    TableValuedAlias,
    TypeDecorator,
    bindparam,
    column,
    literal_column,
    text,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class At(TypeDecorator[datetime]):
    """An instant: aware datetimes in, UTC datetimes out; an integer, so that both databases order alike."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> int | None:
        return None if value is None else _microseconds(value)

    def result_processor(self, dialect: Any, coltype: object) -> Callable[[int | None], datetime | None]:
        # In the place of `process_result_value`, which is called through three functions more for each value.
        return instant


# SQLite gives row ids to INTEGER keys only.
Key = BigInteger().with_variant(Integer, "sqlite")


def partial_index(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """Declare an index of the rows that `where` names, on both databases."""
    return Index(name, *columns, unique=unique, sqlite_where=text(where), postgresql_where=text(where))


def fixed(value: str) -> ColumnElement[str]:
    """Write `value` into the statement itself: a planner uses a partial index only for a condition it can read."""
    return literal_column(f"'{value}'")


class _EachOf(FunctionElement[Any]):
    inherit_cache = True


@compiles(_EachOf, "sqlite")
def _each_in_sqlite(element: _EachOf, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **options)})"


@compiles(_EachOf, "postgresql")
def _each_in_postgresql(element: _EachOf, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_array_elements(CAST({compiler.process(element.clauses, **options)} AS JSON))"


def rows_of(parameter: str) -> TableValuedAlias:
    """Read a parameter made by `rows` as a table whose column `value` is one row: `value[0].as_string()`.

    A statement for each row would make the database's thread wait for the interpreter at each, in a busy process.
    """
    return _EachOf(bindparam(parameter)).table_valued(column("value", JSON))


def rows(values: Iterable[Sequence[str | int | datetime | None]]) -> str:
    """Return rows as one parameter, instants as the tables keep them."""
    return to_json(
        [[_microseconds(each) if isinstance(each, datetime) else each for each in row] for row in values]
    ).decode()


def instant(value: int | None) -> datetime | None:
    """Read an instant as the tables keep it."""
    return None if value is None else EPOCH + timedelta(microseconds=value)


def _microseconds(at: datetime) -> int:
    return (at - EPOCH) // timedelta(microseconds=1)
