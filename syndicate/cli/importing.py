"""`syndicate import`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from syndicate.cli.exits import FAILED
from syndicate.cli.output import print_json, text
from syndicate.cli.running import run

SCHEMES = ("http://", "https://")


@click.command("import")
@click.argument("sources", nargs=-1, required=True, metavar="PATH|URL …", type=click.Path())
@click.option("--backfill", is_flag=True, help="deliver nothing of it to partners and subscribers")
@click.option("--own", is_flag=True, help="the feeds are ours: their stories name no source")
@click.option("--strict", is_flag=True, help="a refused entry is a failure")
@click.option("--json", "as_json", is_flag=True, help="print JSON")
@click.pass_obj
def import_(config: Path, sources: tuple[str, ...], *, backfill: bool, own: bool, strict: bool, as_json: bool) -> None:
    """Import article records, RSS, Atom and JSON Feed files, folders of them, and addresses; again changes nothing."""
    named = [source if source.lower().startswith(SCHEMES) else str(Path(source).absolute()) for source in sources]
    with progress_bar() as report:
        done = run(config, "import", report=report, sources=named, backfill=backfill, own=own)
    if as_json:
        print_json(done)
    else:
        tell(done)
    if done["unreadable"] or (strict and done["refused"]):
        sys.exit(FAILED)


def tell(done: dict[str, Any]) -> None:
    """Print what was not taken, with its reason, and end with the counts."""
    for each in done["unreadable"]:
        click.echo(text(f"unreadable: {each['source']}: {each['reason']}"), err=True)
    for each in done["refused"]:
        name = f" ({each['title']})" if each["title"] else ""
        click.echo(text(f"refused: {each['source']}, entry {each['position']}{name}: {each['reason']}"), err=True)
    if done["braked"]:
        held = "partners get nothing but retractions until `syndicate resume`; `--backfill` delivers nothing"
        click.echo(text(f"the brake is on: {done['braked']}; {held}"), err=True)
    stale = f", {done['stale']} older than what is here" if done["stale"] else ""
    click.echo(
        f"{done['new']} new, {done['changed']} changed, {done['unchanged']} unchanged{stale}, "
        f"{len(done['refused'])} refused"
    )


@contextmanager
def progress_bar() -> Iterator[Callable[[Any], None]]:
    """Show a bar for each document, on a terminal only; yields what takes the reports."""
    columns = (
        TextColumn("{task.fields[source]}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty()) as bar:
        bars: dict[str, TaskID] = {}

        def report(told: Any) -> None:
            source = told["source"]
            if source not in bars:
                bars[source] = bar.add_task("", source=text(Path(source).name))
            bar.update(bars[source], completed=told["done"], total=told["total"])

        yield report
