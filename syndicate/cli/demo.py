"""`syndicate demo`: two papers and a stage, without any configuration."""

from __future__ import annotations

import asyncio
import shlex
import sys
from pathlib import Path

import click

from syndicate import logs
from syndicate.demo.greeting import greeting
from syndicate.demo.homes import USUAL_PORTS
from syndicate.demo.run import Show, Wishes, run

_Port = click.IntRange(0, 65_535)


@click.command()
@click.option("--fresh", is_flag=True, help="remove what an earlier demo left, and start anew")
@click.option("--port", type=_Port, default=USUAL_PORTS[0], show_default=True, help="of the publisher; 0 for any")
@click.option("--second-port", type=_Port, default=USUAL_PORTS[1], show_default=True, help="of the second paper")
@click.option("--data", type=click.Path(path_type=Path, file_okay=False), default=Path("data"), show_default=True)
def demo(fresh: bool, port: int, second_port: int, data: Path) -> None:
    """Run a publisher and a paper that republishes it, to look at and to try."""
    logs.configure("warning", sys.stderr, "auto")
    wishes = Wishes(data=data.absolute(), project=Path.cwd(), ports=(port, second_port), fresh=fresh)
    click.echo("Setting the first edition …")
    asyncio.run(run(wishes, _greet))
    click.echo("Stopped.")


def _greet(show: Show) -> None:
    click.echo(greeting(show, program=_program()))


def _program() -> str:
    """Return what runs this program in any shell and from any directory."""
    started = Path(sys.argv[0]).absolute()
    if started.name == "__main__.py":
        return f"{shlex.quote(sys.executable)} -m syndicate"
    return shlex.quote(str(started))
