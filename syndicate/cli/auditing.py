"""`syndicate partners audit`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from syndicate.cli.exits import FAILED
from syndicate.cli.output import Column, as_json, listed
from syndicate.cli.running import run

FOUND: tuple[Column, ...] = (
    ("ARTICLE", "article"),
    ("SHOWS", "shows"),
    ("REV", lambda row: row["revision"] and f"{row['revision']} of {row['newest']}"),
    ("SOURCE LINE", "source_line"),
    ("CANONICAL", "canonical"),
    ("PROBLEMS", lambda row: "; ".join(row["problems"])),
    ("ADDRESS", "url"),
)


@click.command("audit")
@click.argument("name")
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True, help="the last changed copies")
@as_json
@click.pass_obj
def audit(config: Path, name: str, limit: int, *, as_json: bool) -> None:
    """Read a partner's copies back: the source line, the canonical link, the revision, and what should be gone.

    Nothing is changed at the partner. What was seen is kept with each copy; the exit status is 1 if anything is wrong.
    """
    found = run(config, "partners.audit", partner=name, limit=limit)
    listed(found, FOUND, as_json=as_json)
    wrong = sum(bool(row["problems"]) for row in found)
    if not as_json:
        click.echo(_summary(found, wrong), err=True)
    if wrong:
        sys.exit(FAILED)


def _summary(found: list[dict[str, Any]], wrong: int) -> str:
    unknown = sum(row["shows"] == "no address" for row in found)
    untold = f"; of {unknown} the partner never told an address" if unknown else ""
    return f"{len(found)} copies, {wrong} with problems{untold}"
