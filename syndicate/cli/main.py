"""The root command, and how every command ends."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from syndicate import __version__
from syndicate.cli.arguments import in_utf_8
from syndicate.cli.exits import FAILED, WRONG_USAGE, error_line, exit_status
from syndicate.errors import SyndicateError
from syndicate.logs import visible

# Where each command is; it is imported when it is called, for a service takes a second to import.
COMMANDS: Mapping[str, str] = {
    "alerts": "syndicate.cli.alerts:alerts",
    "articles": "syndicate.cli.articles:articles",
    "check": "syndicate.cli.checking:check",
    "copies": "syndicate.cli.copies:copies",
    "db": "syndicate.cli.database:db",
    "deliveries": "syndicate.cli.deliveries:deliveries",
    "demo": "syndicate.cli.demo:demo",
    "feeds": "syndicate.cli.feeds:feeds",
    "halt": "syndicate.cli.operating:halt",
    "import": "syndicate.cli.importing:import_",
    "partners": "syndicate.cli.partners:partners",
    "resume": "syndicate.cli.operating:resume",
    "serve": "syndicate.cli.serving:serve",
    "tokens": "syndicate.cli.operating:tokens",
    "upstreams": "syndicate.cli.upstreams:upstreams",
}


class Commands(click.Group):
    """The commands of the table."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        return in_utf_8(getattr(import_module(module), name))


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="syndicate")
@click.option("--config", type=click.Path(path_type=Path), default=Path("config.toml"), show_default=True)
@click.pass_context
def cli(ctx: click.Context, config: Path) -> None:
    """Keep a news publisher's articles, publish them as feeds, republish them to partners."""
    ctx.obj = config


def main() -> None:
    """Run a command; exit status 0 done, 1 it failed, 2 wrong usage or configuration."""
    for stream in (sys.stdout, sys.stderr):
        # A title that the terminal's encoding lacks must not end a command.
        _never_fail(stream)
    try:
        sys.exit(cli(standalone_mode=False) or 0)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        sys.exit(WRONG_USAGE)
    except click.ClickException as error:
        click.echo(_usage_line(error), err=True)
        sys.exit(WRONG_USAGE)
    except SyndicateError as error:
        click.echo(error_line(error), err=True)
        sys.exit(exit_status(error))
    except click.Abort:
        click.echo("syndicate: interrupted", err=True)
        sys.exit(FAILED)


def _usage_line(error: click.ClickException) -> str:
    context = error.ctx if isinstance(error, click.UsageError) else None
    path = context.command_path if context is not None else "syndicate"
    return visible(f"syndicate: {error.format_message().rstrip('.')}. See `{path} --help`.")


def _never_fail(stream: Any) -> None:
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(errors="backslashreplace")
