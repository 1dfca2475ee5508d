"""`syndicate copies`."""

from __future__ import annotations

from pathlib import Path

import click

from syndicate.cli.output import Column, as_json, listed
from syndicate.cli.running import run

COPIES: tuple[Column, ...] = (
    ("PARTNER", "partner"),
    ("COPY", "holding"),
    ("REV", "revision"),
    ("KNOWN BY", "evidence"),
    ("SINCE", "changed_at"),
    ("ARTICLE", "article"),
    ("ADDRESS", "url"),
    ("NOTE", "note"),
)


@click.group()
def copies() -> None:
    """Copies: who holds what."""


@copies.command("list")
@click.option("--article", metavar="ID")
@click.option("--partner", metavar="NAME")
@click.option("--limit", type=click.IntRange(1), default=1_000, show_default=True)
@as_json
@click.pass_obj
def listing(config: Path, article: str | None, partner: str | None, limit: int, *, as_json: bool) -> None:
    """List who holds what."""
    listed(run(config, "copies.list", article=article, partner=partner, limit=limit), COPIES, as_json=as_json)


@copies.command()
@click.argument("partner")
@click.argument("article", metavar="ID")
@click.option("--note", required=True, help="who saw it gone, and how")
@click.pass_obj
def confirm(config: Path, partner: str, article: str, note: str) -> None:
    """Note that a person saw a copy gone."""
    run(config, "copies.confirm", partner=partner, article=article, note=note)
    click.echo(f"{partner} holds it no more, as you say")
