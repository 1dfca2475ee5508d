"""`syndicate halt`, `resume` and `tokens`."""

from __future__ import annotations

from pathlib import Path

import click

from syndicate.cli.output import Column, as_json, listed
from syndicate.cli.running import run

TOKENS: tuple[Column, ...] = (
    ("NAME", "name"),
    ("SCOPES", "scopes"),
    ("CREATED", "created_at"),
    ("LAST USED", "last_used_at"),
    ("REVOKED", "revoked_at"),
    ("ID", "id"),
)


@click.command()
@click.pass_obj
def halt(config: Path) -> None:
    """Stop everything outgoing but retractions."""
    run(config, "halt")
    click.echo("halted: only retractions go out")


@click.command()
@click.pass_obj
def resume(config: Path) -> None:
    """Let everything go out again: lift a halt, release the brake and count changes anew."""
    run(config, "resume")
    click.echo("everything goes out again")


@click.group()
def tokens() -> None:
    """Tokens of the API."""


@tokens.command()
@click.argument("name")
@click.option("--scope", "scopes", multiple=True, required=True, type=click.Choice(["read", "write", "operate"]))
@click.pass_obj
def create(config: Path, name: str, scopes: tuple[str, ...]) -> None:
    """Make a token and print it: this is the only time it can be seen."""
    click.echo(run(config, "tokens.create", name=name, scopes=list(scopes)))


@tokens.command("list")
@as_json
@click.pass_obj
def listing(config: Path, *, as_json: bool) -> None:
    """List tokens without their secrets."""
    listed(run(config, "tokens.list"), TOKENS, as_json=as_json)


@tokens.command()
@click.argument("name")
@click.pass_obj
def revoke(config: Path, name: str) -> None:
    """Revoke the tokens of a NAME or id."""
    revoked = run(config, "tokens.revoke", name=name)
    click.echo(f"revoked: {revoked}")
