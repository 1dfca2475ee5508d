"""Papers to measure: a configuration in a folder, and articles accepted into its store by the service's own code."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from scripts.measuring import stories
from scripts.measuring.processes import secret_environment
from syndicate.actions import tokens
from syndicate.actions.accept import Submission, accept
from syndicate.app.configuration import load_configuration
from syndicate.app.service import Service, opened
from syndicate.parse.record import read_record
from syndicate.settings.loading import Loaded

SIDE_BY_SIDE = 256
_CONFIG = """
[service]
base_url = "http://127.0.0.1:{port}"
title = "Measured Daily"
language = "en-GB"
timezone = "Europe/London"
contact = "desk@measure.example"
[network]
allow_private = ["127.0.0.0/8"]
[limits]
changes_per_hour = 1000000
[logs]
level = "warning"
"""
_PARTNER = """
[partners.partner-{number}]
url = "http://127.0.0.1:{port}/inbound/{number}"
signing_secret = "env:MEASURE_SECRET"
concurrency = {concurrency}
rate = "100000/s"
"""


def now() -> datetime:
    return datetime.now(UTC)


def partners(count: int, *, port: int, concurrency: int) -> str:
    """Return the sections of `count` partners that take everything, all at one receiver."""
    return "".join(partner(number, port=port, concurrency=concurrency) for number in range(count))


def partner(number: int, *, port: int, concurrency: int) -> str:
    """Return the section of one partner; the receiver knows it by its number."""
    return _PARTNER.format(number=number, port=port, concurrency=concurrency)


def configure(folder: Path, *, port: int, extra: str = "", feeds: Mapping[str, str]) -> Path:
    """Write a configuration with its feed files; returns the folder."""
    (folder / "feeds").mkdir(parents=True, exist_ok=True)
    for slug, text in feeds.items():
        (folder / "feeds" / f"{slug}.toml").write_text(text, "utf-8")
    (folder / "config.toml").write_text(_CONFIG.format(port=port) + extra, "utf-8")
    return folder


def loaded(folder: Path) -> Loaded:
    return load_configuration(folder / "config.toml", secret_environment())


def fill(folder: Path, numbers: Iterable[int]) -> str:
    """Accept articles into the store of a folder without running a service; returns a token that may write."""
    return asyncio.run(_fill(loaded(folder), numbers))


async def _fill(configuration: Loaded, numbers: Iterable[int]) -> str:
    async with opened(configuration) as service:
        await accept_all(service, [_submission(number) for number in numbers])
        return await tokens.create(service.office, "measure", frozenset({"write", "read"}))


async def accept_all(service: Service, submissions: Iterable[Submission]) -> None:
    """Accept as an import does: many at once, each its own transaction, committed in groups."""
    remaining = iter(submissions)

    async def work() -> None:
        for submission in remaining:
            await accept(service.office, submission, actor="measure")

    async with asyncio.TaskGroup() as workers:
        for _ in range(SIDE_BY_SIDE):
            workers.create_task(work())


def _submission(number: int) -> Submission:
    return Submission(read_record(stories.record(number)).article)
