"""Papers for tests: a real service over a real database in a temporary folder, with a clock that tests move."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from syndicate.actions.accept import Receipt, Submission, accept
from syndicate.app.configuration import load_configuration
from syndicate.app.service import Service, opened
from syndicate.clock import Clock, FixedClock
from syndicate.parse.record import read_record
from syndicate.settings.loading import Loaded
from tests.builders import NOON

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()

CONFIG = """
[service]
base_url = "http://127.0.0.1:{port}"
title = "{title}"
language = "en-GB"
timezone = "Europe/London"
contact = "desk@harbour.example"
[network]
allow_private = ["127.0.0.0/8"]
[logs]
format = "json"
"""
FEEDS = {
    "latest": 'title = "Latest"\ndescription = "Everything"\n',
    "world": 'title = "World"\n[select]\ncategories = ["World", "World news"]\n',
    "harbour": 'title = "Harbour"\n[select]\ncategories = ["Harbour"]\n',
}


def configure(
    folder: Path,
    extra: str = "",
    *,
    port: int = 8080,
    title: str = "Harbour Daily",
    feeds: Mapping[str, str] = FEEDS,
    environ: Mapping[str, str] | None = None,
) -> Loaded:
    """Write a configuration into `folder` and load it; PARTNER_SECRET is set."""
    (folder / "feeds").mkdir(parents=True, exist_ok=True)
    for old in (folder / "feeds").glob("*.toml"):
        old.unlink()
    for slug, text in feeds.items():
        (folder / "feeds" / f"{slug}.toml").write_text(text, "utf-8")
    (folder / "config.toml").write_text(CONFIG.format(port=port, title=title) + extra, "utf-8")
    return load_configuration(folder / "config.toml", {"PARTNER_SECRET": SECRET, **(environ or {})})


@asynccontextmanager
async def a_paper(
    folder: Path, extra: str = "", *, clock: Clock | None = None, **options: Any
) -> AsyncIterator[Service]:
    """Open a paper without running it: tests call its actions and step its dispatcher themselves."""
    async with opened(configure(folder, extra, **options), clock=clock or FixedClock(NOON)) as service:
        yield service


async def put(service: Service, actor: str = "test", **record: Any) -> Receipt:
    """Put a record as the API would; only what matters needs to be named."""
    base = {"id": "tag:harbour.example,2026:ferry", "title": "New ferry sails on time", "categories": ["Harbour"]}
    parsed = read_record(base | record)
    return await accept(service.office, Submission(parsed.article, parsed.changes), actor=actor)
