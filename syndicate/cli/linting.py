"""`syndicate feeds lint`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from syndicate.cli.exits import FAILED
from syndicate.cli.output import Column, as_json, listed
from syndicate.cli.running import run
from syndicate.policy.gates.table import GATES

FINDINGS: tuple[Column, ...] = (
    ("SOURCE", "source"),
    ("", lambda row: "refused" if row["refuses"] else "noted"),
    ("WHAT", lambda row: f"{row['path']} {row['reason']}"),
    ("CODE", "code"),
    ("STORY", "entry"),
)


@click.command("lint")
@click.argument("source", required=False, metavar="[SLUG|PATH|URL]")
@click.option("--dialect", type=click.Choice(tuple(GATES)), default="standard", help="also this partner's limits")
@as_json
@click.pass_obj
def lint(config: Path, source: str | None, *, dialect: str, as_json: bool) -> None:
    """Say what readers and partners would refuse: of our feeds, or of any feed in a file or at an address."""
    path = None if source is None else str(Path(source).absolute())
    found = run(config, "feeds.lint", source=source, path=path, dialect=dialect)
    if found or as_json:
        listed(found, FINDINGS, as_json=as_json)
    else:
        click.echo("Clean: nothing to refuse, nothing to note.", err=True)
    if any(row["refuses"] for row in found):
        sys.exit(FAILED)
