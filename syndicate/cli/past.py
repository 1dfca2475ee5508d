"""`syndicate feeds show` and `feeds diff`: what feeds show, showed, and what came between."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from syndicate.cli.instants import Time
from syndicate.cli.output import Column, as_json, listed, print_json
from syndicate.cli.running import run

# Named here, for the libraries that write them take long to load.
FORMATS = ("rss", "atom", "json")
ENTRIES: tuple[Column, ...] = (
    ("UPDATED", "updated_at"),
    ("TITLE", "title"),
    ("SOURCE", "source"),
    ("PICTURES", "images"),
    ("ADDRESS", "url"),
)
THEN: tuple[Column, ...] = (*ENTRIES[:1], ("REV", "revision"), *ENTRIES[1:])
DIFFERENCES: tuple[Column, ...] = (
    ("CHANGE", "change"),
    ("TITLE", "title"),
    ("REV", lambda row: " → ".join(map(str, row["revisions"]))),
    ("WHY", lambda row: row.get("why") or ", ".join(row["members"])),
    ("ID", "id"),
)


@click.command("show")
@click.argument("slug")
@click.option("--as-of", type=Time(), help="as it stood then: 2026-01-31T09:50:00Z, or how long ago: 48h")
@click.option("--format", "format_name", type=click.Choice(FORMATS), help="the document, not a list")
@as_json
@click.pass_obj
def show(config: Path, slug: str, as_of: str | None, format_name: str | None, *, as_json: bool) -> None:
    """List what a feed shows, in its order."""
    if format_name is not None:
        document(config, slug, as_of, format_name)
    elif as_of is None:
        listed(run(config, "feeds.show", feed=slug), ENTRIES, as_json=as_json)
    else:
        then(run(config, "feeds.show_as_of", feed=slug, as_of=as_of), as_json=as_json)


def document(config: Path, slug: str, as_of: str | None, format_name: str) -> None:
    """Print a document alone on standard output; what is to be said of it goes beside."""
    found = run(config, "feeds.document", feed=slug, format=format_name, as_of=as_of)
    click.echo(found["body"], nl=False)
    if found["says"] is not None:
        click.echo(f"But for its title: {found['says']}.", err=True)


def then(found: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    listed(found["entries"], THEN, as_json=False)
    for gone in found["withdrawn"]:
        click.echo(f"withdrawn {gone['left_at']}: {gone['id']}", err=True)
    for erased in found["erased"]:
        click.echo(f"erased since: {erased['id']}, revision {erased['revision']}", err=True)
    for name, compared in found["documents"].items():
        click.echo(f"{name}: {compared['says']}", err=True)
    if not found["whole"]:
        click.echo("There may be more: the journal was read back only so far.", err=True)


@click.command("diff")
@click.argument("slug")
@click.option("--from", "start", type=Time(), required=True, help="2026-01-31T09:50:00Z, or how long ago: 48h")
@click.option("--to", "end", type=Time(), help="likewise; now, where left out")
@as_json
@click.pass_obj
def diff(config: Path, slug: str, start: str, end: str | None, *, as_json: bool) -> None:
    """List what came into a feed, changed in it and left it between two moments."""
    found = run(config, "feeds.diff", feed=slug, start=start, end=end)
    if as_json:
        print_json(found)
        return
    listed(found["differences"], DIFFERENCES, as_json=False)
