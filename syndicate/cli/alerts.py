"""`syndicate alerts`."""

from __future__ import annotations

from pathlib import Path

import click

from syndicate.cli.output import Column, as_json, listed, print_json
from syndicate.cli.running import run
from syndicate.errors import SyndicateError

ALERTS: tuple[Column, ...] = (
    ("KIND", "kind"),
    ("SINCE", "since"),
    ("TOLD", lambda row: row["told_at"] or "not yet"),
    ("SUBJECT", "subject"),
    ("WHAT", "detail"),
)


@click.group()
def alerts() -> None:
    """Alerts: what is wrong now, and whether operators hear of it."""


@alerts.command("list")
@as_json
@click.pass_obj
def listing(config: Path, *, as_json: bool) -> None:
    """List what is wrong now, what concerns everything first."""
    listed(run(config, "alerts.list"), ALERTS, as_json=as_json)


@alerts.command()
@as_json
@click.pass_obj
def test(config: Path, *, as_json: bool) -> None:
    """Send a test message over every way of [alerts]."""
    done = run(config, "alerts.test")
    if as_json:
        print_json(done)
    if not done:
        raise SyndicateError("nobody is told of alerts", remedy="Set webhook or email in [alerts].")
    failed = [each for each in done if not each["accepted"]]
    if failed:
        told = "; ".join(f"{each['channel']}: {each['reason']}" for each in failed)
        raise SyndicateError(f"not everybody could be told: {told}", remedy="Check [alerts], [smtp] and [network].")
    if not as_json:
        click.echo(f"told by {' and '.join(each['channel'] for each in done)}")
