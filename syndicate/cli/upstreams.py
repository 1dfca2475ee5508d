"""`syndicate upstreams`."""

from __future__ import annotations

from pathlib import Path

import click

from syndicate.cli.output import Column, as_json, listed
from syndicate.cli.running import run

UPSTREAMS: tuple[Column, ...] = (
    ("NAME", "name"),
    ("KIND", "kind"),
    ("PUBLISH", "publish"),
    ("ONWARD", "onward"),
    ("ARTICLES", "articles"),
    ("LAST RECEIVED", "last_received_at"),
)


@click.group()
def upstreams() -> None:
    """Upstreams: the sites whose articles we republish."""


@upstreams.command("list")
@as_json
@click.pass_obj
def listing(config: Path, *, as_json: bool) -> None:
    """List upstreams."""
    listed(run(config, "upstreams.list"), UPSTREAMS, as_json=as_json)
