"""The Cache-Control that a running paper sends: it ends where the feed is known to change, and moves no ETag."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from syndicate.actions import release
from syndicate.app.service import running
from tests.builders import NOON
from tests.papers import FEEDS, configure, put
from tests.web.conftest import OpenDesk
from tests.web.desk import Desk

PATH = "/feeds/harbour.rss"


async def ages(desk: Desk, path: str = PATH, **headers: str) -> dict[str, int]:
    answer, _ = await desk.ask(path, **headers)
    parts = (part.partition("=") for part in answer.headers["Cache-Control"].split(", "))
    return {name: int(value) for name, _, value in parts if value}


@pytest.mark.parametrize("key", ["embargo_until", "published_at"])
async def test_no_feed_may_be_kept_over_the_instant_at_which_a_scheduled_story_enters_it(desk: Desk, key: str) -> None:
    await desk.put("tag:harbour.example,2026:first", title="First")
    desk.clock.advance(timedelta(days=1))
    assert (await ages(desk))["max-age"] == 900
    tag = (await desk.ask(PATH))[0].headers["ETag"]
    at = NOON + timedelta(days=1, seconds=40, milliseconds=500)
    await desk.put(title="Coming", **{key: at.isoformat()})
    for waited, age in ((0, 40), (1, 39), (38, 1), (1, 0)):
        desk.clock.advance(timedelta(seconds=waited))
        found = await ages(desk)
        assert (found["max-age"], found["s-maxage"]) == (age, age)
        assert "stale-while-revalidate" not in found
        assert (await ages(desk, If_None_Match=tag))["max-age"] == age
        assert (await desk.ask(PATH, If_None_Match=tag))[0].status == 304
    # A feed that does not select it goes on as before.
    assert (await ages(desk, "/feeds/world.rss"))["max-age"] > 40
    desk.clock.advance(timedelta(seconds=1))
    await release.keep_time(desk.service.office)
    assert (await ages(desk))["max-age"] > 40
    assert (await desk.ask(PATH, If_None_Match=tag))[0].status == 200


async def test_no_feed_may_be_kept_over_an_expiry_or_the_end_of_an_age(open_desk: OpenDesk) -> None:
    young = {**FEEDS, "harbour": FEEDS["harbour"] + 'max_age = "1h"\n'}
    desk = await open_desk(feeds=young)
    await desk.put(published_at=NOON.isoformat())
    desk.clock.advance(timedelta(minutes=59))
    assert (await ages(desk))["max-age"] == 60
    desk.clock.advance(timedelta(seconds=50))
    assert (await ages(desk))["max-age"] == 10
    await desk.put("tag:harbour.example,2026:b", expires_at=(NOON + timedelta(hours=1, seconds=30)).isoformat())
    assert (await ages(desk, "/feeds/latest.rss"))["max-age"] == 40


async def test_a_story_for_partners_shortens_no_public_age(desk: Desk) -> None:
    desk.clock.advance(timedelta(hours=1))
    at = (NOON + timedelta(hours=1, seconds=30)).isoformat()
    await desk.put(title="Quiet", audience="partners", embargo_until=at)
    assert (await ages(desk))["max-age"] == 900


async def test_an_age_moves_with_the_clock_and_not_with_each_request(desk: Desk) -> None:
    await desk.put()
    desk.clock.advance(timedelta(minutes=30))
    first = await ages(desk)
    assert first["max-age"] == 180
    desk.clock.advance(timedelta(minutes=30))
    assert (await ages(desk))["max-age"] == 360


@pytest.mark.parametrize(
    ("keys", "age"), [("ttl = 30\n", 1_800), ('max_age = "30s"\n', 30), ('min_age = "20m"\n', 1_200)]
)
async def test_a_feed_s_own_keys_come_first(open_desk: OpenDesk, keys: str, age: int) -> None:
    desk = await open_desk(feeds={"harbour": keys + FEEDS["harbour"]})
    await desk.put()
    desk.clock.advance(timedelta(days=2))
    assert (await ages(desk))["max-age"] == age


async def test_a_changed_configuration_is_told_at_once(desk: Desk, tmp_path: Path) -> None:
    await desk.put()
    desk.clock.advance(timedelta(days=2))
    assert (await ages(desk))["max-age"] == 900
    await desk.service.use(configure(tmp_path, '[feeds]\nmax_age = "2m"\nstale_if_error = "1h"\n'))
    found: Any = await ages(desk)
    assert (found["max-age"], found["stale-if-error"]) == (120, 3_600)


async def test_a_story_scheduled_for_soon_comes_on_time_though_nothing_else_happens(tmp_path: Path) -> None:
    async with running(configure(tmp_path), host="127.0.0.1", port=0) as service:
        await asyncio.sleep(0.3)
        soon = service.office.now() + timedelta(seconds=1)
        receipt = await put(service, embargo_until=soon.isoformat())
        async with asyncio.timeout(5):
            while service.editions.heads["harbour"] <= 1:
                await asyncio.sleep(0.05)
        assert receipt.stored.seq is None
