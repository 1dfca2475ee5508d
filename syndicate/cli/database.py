"""`syndicate db`."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import click

from syndicate.app.configuration import load_configuration
from syndicate.app.upgrading import upgrade as upgrade_store
from syndicate.cli.reach import running_service
from syndicate.cli.running import quiet


@click.group()
def db() -> None:
    """The database."""


@db.command()
@click.pass_obj
def upgrade(config: Path) -> None:
    """Bring the schema up to date; the service does so too when it starts."""
    quiet()
    loaded = load_configuration(config, os.environ)
    if (service := asyncio.run(running_service(loaded.settings.store.url))) is not None:
        click.echo(f"up to date: the running service has schema {service['schema']}")
        return
    done = upgrade_store(loaded)
    told = "up to date" if done.before == done.after else f"upgraded from {done.before or 'nothing'}"
    click.echo(f"{told}: schema {done.after}")
