"""The root command and `serve`."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import click

from syndicate import __version__, logs
from syndicate.app.configuration import load_configuration
from syndicate.app.serving import serve as serve_until_stopped
from syndicate.cli.demo import demo
from syndicate.errors import ConfigurationError, InvalidError, SyndicateError


@click.group()
@click.version_option(__version__, prog_name="syndicate")
@click.option("--config", type=click.Path(path_type=Path), default=Path("config.toml"), show_default=True)
@click.pass_context
def cli(ctx: click.Context, config: Path) -> None:
    """Keep a news publisher's articles, publish them as feeds, republish them to partners."""
    ctx.obj = config


@cli.command()
@click.option("--host", help="address to listen on instead of the configured one")
@click.option("--port", type=click.IntRange(1, 65_535), help="port to listen on instead of the configured one")
@click.option("--role", type=click.Choice(["all"]), default="all", show_default=True)
@click.pass_obj
def serve(config: Path, host: str | None, port: int | None, role: str) -> None:
    """Run the service."""
    loaded = load_configuration(config, os.environ)
    logs.configure(loaded.settings.logs.level, sys.stderr, loaded.settings.logs.format)
    server = loaded.settings.server
    asyncio.run(serve_until_stopped(loaded, host=host or server.host, port=port or server.port))


cli.add_command(demo)


def main() -> None:
    """Run a command; exit status 0 done, 1 it failed, 2 wrong usage or configuration."""
    try:
        cli(standalone_mode=False)
    except click.exceptions.Exit as ended:
        sys.exit(ended.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except SyndicateError as error:
        click.echo(f"syndicate: {error.message}. {error.remedy}", err=True)
        for violation in error.violations if isinstance(error, InvalidError) else ():
            click.echo(f"  {violation}", err=True)
        sys.exit(2 if isinstance(error, ConfigurationError) else 1)
