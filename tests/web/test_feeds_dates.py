"""When an entry was last changed is what its publisher says: nothing we do moves it."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import feedparser

from syndicate.app.service import Service
from syndicate.clock import FixedClock
from tests.builders import NOON
from tests.papers import FEEDS, a_paper, configure, put

EARLIER = NOON - timedelta(hours=5)


async def updated(paper: Service, format_name: str) -> datetime:
    body = (await paper.editions.get("latest", format_name)).bodies["identity"]
    if format_name == "json":
        (item,) = json.loads(body)["items"]
        return datetime.fromisoformat(item["date_modified"])
    (entry,) = feedparser.parse(body).entries
    return datetime.fromisoformat(entry.updated)


async def test_an_entry_says_when_the_publisher_changed_it_not_when_it_came_to_us(tmp_path: Path) -> None:
    times = {"published_at": (EARLIER - timedelta(hours=1)).isoformat(), "updated_at": EARLIER.isoformat()}
    async with a_paper(tmp_path, clock=FixedClock(NOON)) as paper:
        await put(paper, title="One", **times)
        for format_name in ("rss", "atom", "json"):
            assert await updated(paper, format_name) == EARLIER, format_name


async def test_a_changed_declaration_moves_the_feed_and_none_of_its_entries(tmp_path: Path) -> None:
    clock = FixedClock(NOON)
    async with a_paper(tmp_path, clock=clock) as paper:
        await put(paper, title="One")
        before = await paper.editions.get("latest", "atom")
        clock.advance(timedelta(days=1))
        feeds = {**FEEDS, "latest": 'title = "The latest"\n'}
        assert await paper.use(configure(tmp_path, feeds=feeds)) is not None
        after = await paper.editions.get("latest", "atom")
        assert after.etags["identity"] != before.etags["identity"]
        assert await updated(paper, "atom") == NOON
