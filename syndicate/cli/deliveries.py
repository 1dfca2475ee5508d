"""`syndicate deliveries`."""

from __future__ import annotations

from pathlib import Path

import click

from syndicate.cli.output import Column, as_json, fields, listed, print_json
from syndicate.cli.running import run
from syndicate.model.delivery import DeliveryState

DELIVERIES: tuple[Column, ...] = (
    ("CREATED", "created_at"),
    ("PARTNER", "partner"),
    ("STATE", "state"),
    ("TYPE", "type"),
    ("REV", "revision"),
    ("DUE", "due_at"),
    ("TRIES", "attempts"),
    ("ARTICLE", "article"),
    ("REASON", "reason"),
    ("ID", "id"),
)
ATTEMPTS: tuple[Column, ...] = (
    ("TRY", "number"),
    ("TIME", "at"),
    ("MS", "duration_ms"),
    ("OUTCOME", "outcome"),
    ("STATUS", "status"),
    ("PAYLOAD", lambda row: (row["payload_digest"] or "")[:12]),
    ("ANSWER", lambda row: (row["answer"] or "")[:200]),
)


@click.group()
def deliveries() -> None:
    """Deliveries: what is owed, and what became of it."""


@deliveries.command("list")
@click.option("--partner", metavar="NAME")
@click.option("--state", type=click.Choice([state.value for state in DeliveryState]))
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True, help="how many, the newest first")
@as_json
@click.pass_obj
def listing(config: Path, partner: str | None, state: str | None, limit: int, *, as_json: bool) -> None:
    """List deliveries, the newest first."""
    found = run(config, "deliveries.list", partner=partner, state=state, limit=limit)
    listed(found, DELIVERIES, as_json=as_json)


@deliveries.command("show")
@click.argument("delivery", metavar="ID")
@click.option("--payload", is_flag=True, help="print its payload too, made again by today's configuration")
@as_json
@click.pass_obj
def show(config: Path, delivery: str, *, payload: bool, as_json: bool) -> None:
    """Show a delivery and every attempt at it, and whether its payload made again is the one that went."""
    found = run(config, "deliveries.show", delivery=delivery)
    if as_json:
        print_json(found)
        return
    log, made = found.pop("log"), found.pop("payload")
    fields(found | {"payload": made.get("says", "nothing went"), "payload_not_shown": made["unshown"]})
    if log:
        click.echo()
        listed(log, ATTEMPTS, as_json=False)
    if payload and made["body"] is not None:
        click.echo("\n" + made["body"])


@deliveries.command()
@click.argument("delivery", metavar="ID")
@click.pass_obj
def retry(config: Path, delivery: str) -> None:
    """Try a failed delivery again, now."""
    run(config, "deliveries.retry", delivery=delivery)
    click.echo("it goes again now")
