"""`syndicate check`."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import sys
from pathlib import Path

import click

from syndicate.app.checking import Finding, check_connections, check_files, check_store
from syndicate.cli.exits import FAILED, WRONG_USAGE
from syndicate.cli.output import as_json, print_json, text
from syndicate.cli.reach import running_service
from syndicate.cli.running import quiet

STATUSES = {"wrong": WRONG_USAGE, "failed": FAILED}


@click.command()
@click.option("--offline", is_flag=True, help="do not try whether partners and upstreams answer")
@as_json
@click.pass_obj
def check(config: Path, *, offline: bool, as_json: bool) -> None:
    """Check configuration, feed files, secrets, store and partners; print every problem with its cure."""
    quiet()
    found = asyncio.run(_check(config, reach=not offline))
    if as_json:
        print_json([dataclasses.asdict(finding) for finding in found])
    else:
        _tell(found)
    sys.exit(max((STATUSES.get(finding.level, 0) for finding in found), default=0))


async def _check(config: Path, *, reach: bool) -> list[Finding]:
    loaded, found = check_files(config, os.environ)
    if loaded is None:
        return found
    service = await running_service(loaded.settings.store.url)
    found.append(await asyncio.to_thread(check_store, loaded, service))
    return found + await check_connections(loaded, reach=reach)


def _tell(found: list[Finding]) -> None:
    for finding in found:
        click.echo(text(f"{finding.level:<8} {finding.subject}: {finding.text}"), err=finding.level in STATUSES)
