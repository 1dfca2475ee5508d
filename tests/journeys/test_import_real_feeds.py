"""Feeds as real publishers write them go in whole, change nothing the second time, and come out readable."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import feedparser
import pytest

from syndicate.actions.bring_in import bring_in
from syndicate.actions.imported import Imported
from syndicate.actions.sources import read_source
from syndicate.app.service import Service
from syndicate.model.entry import FeedContent
from tests.papers import a_paper

FEEDS = Path(__file__).resolve().parents[2].parent / "shared" / "input" / "feeds"
FILES = sorted(FEEDS.glob("*")) if FEEDS.is_dir() else []
EVERYTHING = {"latest": 'title = "Latest"\ndescription = "Everything"\nitems = 500\n'}

pytestmark = pytest.mark.skipif(not FILES, reason="the publishers' feeds are not at hand")


@pytest.fixture
async def paper(tmp_path: Path) -> AsyncIterator[Service]:
    async with a_paper(tmp_path, feeds=EVERYTHING) as service:
        yield service


async def take(paper: Service, source: Path) -> Imported:
    return await bring_in(
        paper.office,
        paper.sandbox,
        await read_source(str(source), paper.client),
        actor="import",
        backfill=False,
        own=False,
        report=lambda progress: None,
    )


async def shown(paper: Service) -> FeedContent:
    return await paper.editions.content("latest")


async def entries_of(paper: Service, name: str) -> list[Any]:
    edition = await paper.editions.get("latest", name)
    read = feedparser.parse(edition.bodies["identity"])
    assert not read.bozo, read.get("bozo_exception")
    return list(read.entries)


async def test_every_feed_goes_in_and_the_second_time_changes_nothing(paper: Service) -> None:
    first = await take(paper, FEEDS)
    again = await take(paper, FEEDS)
    assert (first.refused, first.unreadable) == ([], [])
    assert first.new > 400
    assert (again.new, again.changed, again.unchanged) == (0, 0, first.new)


async def test_feedparser_reads_the_feeds_of_all_that_back(paper: Service) -> None:
    await take(paper, FEEDS)
    content = await shown(paper)
    titles = [entry.article.title for entry in content.entries]
    for name in ("rss", "atom"):
        read = await entries_of(paper, name)
        assert [entry.id for entry in read] == [entry.id for entry in content.entries]
        assert [entry.title for entry in read] == titles
        assert all(entry.get("published_parsed") for entry in read)


async def test_the_pictures_of_a_feed_with_wrong_namespaces_keep_the_credits_it_has(paper: Service) -> None:
    done = await take(paper, FEEDS / "dailymail.rss")
    articles = [entry.article for entry in (await shown(paper)).entries]
    images = [image for article in articles for image in article.images]
    assert (done.new, len(articles)) == (62, 62)
    assert len(images) == 62
    assert all(article.images for article in articles)
    # The feed writes None for 35 credits and leaves every description empty.
    assert sum(image.credit is not None for image in images) == 62 - 35
    assert "None" not in {image.credit for image in images}
