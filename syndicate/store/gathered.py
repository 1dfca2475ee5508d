"""Queries that answer in one row: all rows as one JSON text, written by the database."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic_core import from_json
from sqlalchemy import Select, Text, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from syndicate.store.columns import At, instant
from syndicate.store.tx import Tx


class _RowsAsJSON(FunctionElement[str]):
    inherit_cache = True
    type = Text()


@compiles(_RowsAsJSON, "sqlite")
def _in_sqlite(element: _RowsAsJSON, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_group_array(json_array({compiler.process(element.clauses, **options)}))"


@compiles(_RowsAsJSON, "postgresql")
def _in_postgresql(element: _RowsAsJSON, compiler: SQLCompiler, **options: Any) -> str:
    row = f"json_build_array({compiler.process(element.clauses, **options)})"
    return f"CAST(coalesce(json_agg({row}), '[]') AS TEXT)"


class Gathered:
    """A query for many rows at a time, for where the rest of the process is busy.

    SQLite's driver lets go of the interpreter for each row it reads, and must wait to get it back.
    """

    def __init__(self, query: Select[*tuple[Any, ...]]) -> None:
        rows = query.subquery()
        self._statement = select(_RowsAsJSON(*rows.c))
        self._instants = tuple(place for place, column in enumerate(rows.c) if isinstance(column.type, At))

    def all(self, tx: Tx, parameters: Mapping[str, Any]) -> list[list[Any]]:
        """Return the rows, in no order: texts, numbers, instants and None."""
        rows: list[list[Any]] = from_json(tx.run(self._statement, parameters).scalar_one())
        for row in rows:
            for place in self._instants:
                row[place] = instant(row[place])
        return rows
