"""`syndicate serve`."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import click

from syndicate import logs
from syndicate.app.configuration import load_configuration
from syndicate.app.service import Role
from syndicate.app.serving import serve as serve_until_stopped


@click.command()
@click.option("--host", help="address to listen on instead of the configured one")
@click.option("--port", type=click.IntRange(1, 65_535), help="port to listen on instead of the configured one")
@click.option(
    "--role",
    type=click.Choice([role.value for role in Role]),
    default=Role.ALL.value,
    show_default=True,
    help="web: answer requests; worker: do the rest; apart only on PostgreSQL",
)
@click.pass_obj
def serve(config: Path, host: str | None, port: int | None, role: str) -> None:
    """Run the service until Ctrl-C or SIGTERM."""
    loaded = load_configuration(config, os.environ)
    logs.configure(loaded.settings.logs.level, sys.stderr, loaded.settings.logs.format)
    server = loaded.settings.server
    asyncio.run(serve_until_stopped(loaded, host=host or server.host, port=port or server.port, role=Role(role)))
