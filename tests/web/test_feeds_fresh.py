"""Feeds are never older than what was answered, and never show what nobody may see yet."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from syndicate.actions import release
from syndicate.actions.build import Snapshot
from syndicate.actions.editions import Edition, Editions, make_edition
from syndicate.actions.retract import restore, retract
from tests.builders import NOON
from tests.papers import a_paper, put
from tests.web.desk import FEED_PATHS, FERRY, PICTURE, Desk

PATH = "/feeds/harbour.rss"

# --- never older than what was answered -----------------------------------------------------------------------------


async def test_once_a_write_is_answered_no_older_edition_is_served(desk: Desk) -> None:
    answered, stop = 0, asyncio.Event()
    await desk.put(title="Edition 0 of the story")
    reads = Counter[str]()

    async def read(path: str) -> None:
        while not stop.is_set():
            least = answered
            body = (await desk.ask(path))[1].decode()
            number = int(body.partition("Edition ")[2].partition(" ")[0])
            assert number >= least
            reads[path] += 1

    async def write() -> None:
        nonlocal answered
        for number in range(1, 60):
            assert (await desk.put(title=f"Edition {number} of the story")).status == 200
            answered = number
        stop.set()

    async with asyncio.TaskGroup() as group:
        for path in FEED_PATHS:
            if "world" not in path:
                group.create_task(read(path))
        group.create_task(write())
    assert min(reads.values()) > 5


async def test_a_thousand_readers_of_a_changed_feed_are_one_build(tmp_path: Path) -> None:
    builds = Counter[str]()

    def counted(shown: Snapshot, format_name: str) -> Edition:
        builds[format_name] += 1
        return make_edition(shown, format_name)

    async with a_paper(tmp_path) as service:
        editions = Editions(service.office, make=counted)
        await editions.start()
        for title in ("One", "Two"):
            await put(service, title=title)
            got = await asyncio.gather(
                *(editions.get("harbour", name) for name in ("rss", "atom", "json") for _ in range(1_000))
            )
            assert len({id(edition) for edition in got}) == 3
    assert builds == {"rss": 2, "atom": 2, "json": 2}


async def test_a_reader_that_hangs_up_does_not_end_the_build_of_the_others(desk: Desk) -> None:
    await desk.put()
    editions = desk.service.editions
    first = asyncio.create_task(editions.get("harbour", "rss"))
    second = asyncio.create_task(editions.get("harbour", "rss"))
    await asyncio.sleep(0)
    first.cancel()
    assert (await second).seq == editions.heads["harbour"]


async def test_a_feed_no_reader_asked_for_a_while_is_still_the_newest(desk: Desk) -> None:
    await desk.put(title="One")
    await desk.ask(PATH)
    await desk.put(title="Two")
    await desk.put(title="Three")
    assert b"Three" in (await desk.ask(PATH))[1]


# --- embargoes ------------------------------------------------------------------------------------------------------

CANARY = "Canary-of-the-embargo"
PUBLIC = (
    *FEED_PATHS,
    "/",
    "/feeds",
    "/feeds.opml",
    "/feeds/harbour",
    "/feeds/latest",
    "/healthz",
    "/readyz",
    "/metrics",
)


@pytest.mark.parametrize("key", ["embargo_until", "published_at"])
async def test_an_embargoed_story_appears_at_its_instant_and_no_sooner(desk: Desk, key: str) -> None:
    await desk.put("tag:harbour.example,2026:other", title="Other")
    at = NOON + timedelta(hours=1)
    picture = await desk.api("POST", "/api/v1/media", data=PICTURE)
    url = (await picture.json())["url"]
    words = {"title": CANARY, "summary": CANARY, "body_html": f"<p>{CANARY}</p>"}
    made = await desk.put(**words, images=[{"url": url, "caption": CANARY}], **{key: at.isoformat()})
    slug, media = (await made.json())["slug"], "/media/" + url.rpartition("/")[2]
    before = await desk.etags()
    for step in (timedelta(0), timedelta(minutes=59, seconds=59)):
        desk.clock.advance(step)
        await release.keep_time(desk.service.office)
        for path in (*PUBLIC, f"/articles/{slug}", media):
            text = await (await desk.client.get(path)).text()
            assert CANARY.lower() not in text.lower(), path
            assert slug not in text or path == f"/articles/{slug}", path
        assert await desk.etags() == before
        assert (await desk.client.get(media)).status == 404
        assert (await desk.client.get(f"/articles/{slug}")).status == 404
    desk.clock.advance(timedelta(seconds=1))
    await release.keep_time(desk.service.office)
    after = await desk.etags()
    for path in FEED_PATHS:
        expected = "world" not in path
        assert (CANARY.encode() in (await desk.ask(path))[1]) == expected
        assert (after[path] != before[path]) == expected
    assert (await desk.client.get(media)).status == 200


async def test_no_entry_is_dated_later_than_its_release(desk: Desk) -> None:
    await desk.put(published_at="2026-03-04T13:00:00Z")
    desk.clock.advance(timedelta(hours=1))
    await release.keep_time(desk.service.office)
    document = await (await desk.client.get("/feeds/harbour.json")).json(content_type=None)
    assert document["items"][0]["date_published"].startswith("2026-03-04T13:00:00")


async def test_a_restored_story_is_newer_than_the_tombstone_it_left(desk: Desk) -> None:
    await desk.put()
    office = desk.service.office
    desk.clock.advance(timedelta(minutes=1))
    await retract(office, FERRY, reason="x", public_note=None, actor="t")
    assert b"deleted-entry" in (await desk.ask("/feeds/harbour.atom"))[1]
    desk.clock.advance(timedelta(minutes=1))
    await restore(office, FERRY, actor="t")
    _, body = await desk.ask("/feeds/harbour.atom")
    assert b"deleted-entry" not in body
    assert b"2026-03-04T12:02:00" in body


async def test_a_story_for_partners_is_on_no_public_address(desk: Desk) -> None:
    made = await desk.put(title=CANARY, audience="partners")
    slug = (await made.json())["slug"]
    for path in (*PUBLIC, "/sitemap-news.xml", f"/articles/{slug}"):
        assert CANARY.lower() not in (await (await desk.client.get(path)).text()).lower(), path
    assert (await desk.client.get(f"/articles/{slug}")).status == 404


async def test_a_story_that_becomes_one_for_partners_leaves_the_public_feeds(desk: Desk) -> None:
    await desk.put(title=CANARY)
    await desk.put(title=CANARY, audience="partners")
    for path in (*FEED_PATHS, "/"):
        assert CANARY not in await (await desk.client.get(path)).text()
