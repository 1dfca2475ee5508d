"""`syndicate feeds`."""

from __future__ import annotations

from pathlib import Path

import click

from syndicate.cli.output import Column, as_json, listed
from syndicate.cli.running import run

FEEDS: tuple[Column, ...] = (
    ("SLUG", "slug"),
    ("TITLE", "title"),
    ("ITEMS", "items"),
    ("SELECT", "select"),
    ("RSS", lambda row: row["addresses"]["rss"]),
)
ENTRIES: tuple[Column, ...] = (
    ("UPDATED", "updated_at"),
    ("TITLE", "title"),
    ("SOURCE", "source"),
    ("PICTURES", "images"),
    ("ADDRESS", "url"),
)


@click.group()
def feeds() -> None:
    """Feeds: which there are, what they show."""


@feeds.command("list")
@as_json
@click.pass_obj
def listing(config: Path, *, as_json: bool) -> None:
    """List feeds."""
    listed(run(config, "feeds.list"), FEEDS, as_json=as_json)


@feeds.command("show")
@click.argument("slug")
@as_json
@click.pass_obj
def show(config: Path, slug: str, *, as_json: bool) -> None:
    """List what a feed shows now, in its order."""
    listed(run(config, "feeds.show", feed=slug), ENTRIES, as_json=as_json)
