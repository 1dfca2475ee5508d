"""`syndicate partners report`."""

from __future__ import annotations

from pathlib import Path

import click

from syndicate.cli.output import Column, as_json, listed, print_csv, print_json
from syndicate.cli.running import run

LINES: tuple[Column, ...] = (
    ("WHEN", "at"),
    ("WHAT", "kind"),
    ("TITLE", "title"),
    ("REVISION", "revision"),
    ("KNOWN BY", "known_by"),
    ("SECONDS", "took_seconds"),
    ("ADDRESS", "url"),
    ("ID", "id"),
    ("CAUSE", "cause"),
)
PICTURES: tuple[Column, ...] = (("CREDIT", "credit"), ("PICTURES", "pictures"))


@click.command("report")
@click.argument("name")
@click.option("--month", required=True, metavar="YYYY-MM", help="a month in the partner's own time zone")
@click.option("--csv", "as_csv", is_flag=True, help="print the stories as CSV")
@as_json
@click.pass_obj
def report(config: Path, name: str, month: str, *, as_csv: bool, as_json: bool) -> None:
    """List the stories and pictures a partner got in a month, corrections and retractions with the time they took."""
    found = run(config, "partners.report", partner=name, month=month)
    if as_json:
        print_json(found)
    elif as_csv:
        print_csv(found["lines"], LINES)
    else:
        listed(found["lines"], LINES, as_json=False)
        listed(found["pictures"], PICTURES, as_json=False)
        click.echo(
            f"{found['stories']} stories, {found['corrections']} corrections, {found['retractions']} retractions",
            err=True,
        )
