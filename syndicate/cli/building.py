"""`syndicate feeds build`."""

from __future__ import annotations

from pathlib import Path

import click

from syndicate.cli.output import as_json, print_json
from syndicate.cli.running import run


@click.command("build")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Directory; absent: that of [publish].")
@as_json
@click.pass_obj
def build(config: Path, out: Path | None, *, as_json: bool) -> None:
    """Write every feed document, its compressed twins and an nginx configuration to a directory."""
    done = run(config, "feeds.build", out=None if out is None else str(out.absolute()))
    if as_json:
        print_json(done)
        return
    counts = f"{len(done['written'])} written, {done['unchanged']} unchanged, {len(done['removed'])} removed"
    click.echo(f"{done['directory']}: {counts}")
