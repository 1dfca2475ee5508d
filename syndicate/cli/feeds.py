"""`syndicate feeds`."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import click

from syndicate.cli import past
from syndicate.cli.building import build
from syndicate.cli.linting import lint
from syndicate.cli.output import Column, as_json, listed
from syndicate.cli.running import run

FEEDS: tuple[Column, ...] = (
    ("SLUG", "slug"),
    ("TITLE", "title"),
    ("ITEMS", "items"),
    ("SUBSCRIBERS", "subscribers"),
    ("POLLS", "polls"),
    ("UNCHANGED", lambda row: percent(row["not_modified_share"])),
    ("SELECT", "select"),
    ("RSS", lambda row: row["addresses"]["rss"]),
)
READERS: tuple[Column, ...] = (
    ("SERVICE", "service"),
    ("SUBSCRIBERS", "subscribers"),
    ("UNCONDITIONAL", lambda row: percent(row["unconditional_share"])),
    ("UNCHANGED", lambda row: percent(row["not_modified_share"])),
    ("EVERY", lambda row: interval(row["interval_seconds"])),
    ("POLLS", "polls"),
    ("FIRST", "first_at"),
    ("LAST", "last_at"),
    ("READER", "reader"),
)


def percent(share: float | None) -> str:
    return "" if share is None else f"{share:.0%}"


def interval(seconds: int | None) -> str:
    return "" if seconds is None else str(timedelta(seconds=seconds))


@click.group()
def feeds() -> None:
    """Feeds: which there are, what they show."""


feeds.add_command(build)
feeds.add_command(lint)
feeds.add_command(past.show)
feeds.add_command(past.diff)


@feeds.command("list")
@as_json
@click.pass_obj
def listing(config: Path, *, as_json: bool) -> None:
    """List feeds."""
    listed(run(config, "feeds.list"), FEEDS, as_json=as_json)


@feeds.command("readers")
@click.argument("slug")
@click.option("--limit", type=click.IntRange(1, 5_000), default=50, show_default=True)
@as_json
@click.pass_obj
def readers(config: Path, slug: str, limit: int, *, as_json: bool) -> None:
    """List who polls a feed, those first that cost most: without validators, and often."""
    listed(run(config, "feeds.readers", feed=slug, limit=limit), READERS, as_json=as_json)
