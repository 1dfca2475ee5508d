"""What commands print: tables for people, tab-separated lines for pipes, JSON for programs."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from syndicate.logs import visible

Row = Mapping[str, Any]
# A column's head, and where its value stands in a row.
Column = tuple[str, str | Callable[[Row], Any]]

as_json = click.option("--json", "as_json", is_flag=True, help="print JSON")


def listed(rows: Sequence[Row], columns: Sequence[Column], *, as_json: bool) -> None:
    """Print a listing; an empty one says so on standard error."""
    if as_json:
        print_json(rows)
    elif not rows:
        click.echo("There are none.", err=True)
    elif sys.stdout.isatty():
        _print_table(rows, columns)
    else:
        click.echo("\t".join(head for head, _ in columns))
        for row in rows:
            click.echo("\t".join(cell(row, where) for _, where in columns))


def _print_table(rows: Sequence[Row], columns: Sequence[Column]) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for head, _ in columns:
        table.add_column(head, overflow="fold")
    for row in rows:
        # Text, not strings: a title may hold what rich would read as markup.
        table.add_row(*(Text(cell(row, where)) for _, where in columns))
    Console().print(table)


def print_csv(rows: Sequence[Row], columns: Sequence[Column]) -> None:
    """Print a listing for a spreadsheet, with nothing in it that one would run."""
    writer = csv.writer(sys.stdout)
    writer.writerow([head.lower() for head, _ in columns])
    writer.writerows([_harmless(cell(row, where)) for _, where in columns] for row in rows)


def _harmless(value: str) -> str:
    return f"'{value}" if value.lstrip()[:1] in ("=", "+", "-", "@") else value


def print_json(value: object) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def fields(document: Mapping[str, Any]) -> None:
    """Print the fields of one thing, a line each."""
    width = max(map(len, document), default=0)
    for name, value in document.items():
        if value not in (None, [], {}, ""):
            click.echo(f"{name.replace('_', ' '):<{width}}  {text(value)}")


def cell(row: Row, where: str | Callable[[Row], Any]) -> str:
    return text(row.get(where) if isinstance(where, str) else where(row))


def text(value: object) -> str:
    """Write a value on one line, with nothing in it that could steer a terminal."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case Mapping():
            return visible(", ".join(f"{key} {text(each)}" for key, each in value.items()))
        case list() | tuple():
            return visible(", ".join(text(each) for each in value))
    return visible(str(value))
