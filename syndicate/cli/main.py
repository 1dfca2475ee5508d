"""The root command, and how every command ends."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from syndicate import __version__
from syndicate.cli import articles, checking, copies, deliveries, feeds, importing, operating, partners, upstreams
from syndicate.cli.demo import demo
from syndicate.cli.exits import FAILED, WRONG_USAGE, error_line, exit_status
from syndicate.cli.serving import serve
from syndicate.cli.takedown import takedown
from syndicate.errors import SyndicateError
from syndicate.logs import visible


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="syndicate")
@click.option("--config", type=click.Path(path_type=Path), default=Path("config.toml"), show_default=True)
@click.pass_context
def cli(ctx: click.Context, config: Path) -> None:
    """Keep a news publisher's articles, publish them as feeds, republish them to partners."""
    ctx.obj = config


articles.articles.add_command(takedown)
for command in (
    serve,
    demo,
    checking.check,
    importing.import_,
    articles.articles,
    copies.copies,
    feeds.feeds,
    partners.partners,
    deliveries.deliveries,
    upstreams.upstreams,
    operating.halt,
    operating.resume,
    operating.tokens,
    operating.db,
):
    cli.add_command(command)


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
