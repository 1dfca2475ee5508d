"""Feeds that are renamed, ended, or come back: 301, 410, and everything they held."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from syndicate.actions.retract import retract
from syndicate.errors import ConfigurationError
from tests.papers import FEEDS, configure, put
from tests.web.conftest import OpenDesk
from tests.web.desk import Desk, problem_of

FORMATS = ("rss", "atom", "json")


def renamed(**heirs: str) -> Mapping[str, str]:
    """Declare feeds anew: `port="harbour"` renames harbour to port."""
    feeds = {slug: text for slug, text in FEEDS.items() if slug not in heirs.values()}
    return feeds | {new: f'renamed_from = ["{old}"]\n{FEEDS[old]}' for new, old in heirs.items()}


@pytest.fixture
async def moved(open_desk: OpenDesk, tmp_path: Path) -> Desk:
    """A paper whose feed `harbour`, with one story and one withdrawn, is now called `port`."""
    desk = await open_desk()
    await desk.put()
    await put(desk.service, id="tag:harbour.example,2026:gone", title="Gone")
    desk.clock.advance(timedelta(minutes=1))
    await retract(desk.service.office, "tag:harbour.example,2026:gone", reason="x", public_note="Wrong.", actor="t")
    desk.clock.advance(timedelta(minutes=1))
    await desk.service.use(configure(tmp_path, feeds=renamed(port="harbour")))
    return desk


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_a_renamed_feed_leads_to_its_new_address_for_good(moved: Desk, name: str, method: str) -> None:
    answer = await moved.client.request(method, f"/feeds/harbour.{name}?x=1", allow_redirects=False)
    assert answer.status == 301
    assert answer.headers["Location"] == f"http://127.0.0.1:8080/feeds/port.{name}"
    assert int(answer.headers["Cache-Control"].partition("max-age=")[2]) >= 86_400
    assert (await moved.client.get(f"/feeds/port.{name}")).status == 200


async def test_a_renamed_feed_says_its_new_address_of_itself(moved: Desk) -> None:
    for name in ("rss", "atom"):
        body = (await moved.ask(f"/feeds/port.{name}"))[1].decode()
        assert f'href="http://127.0.0.1:8080/feeds/port.{name}" rel="self"' in body
        assert "feeds/harbour" not in body


async def test_the_page_of_a_renamed_feed_moves_too(moved: Desk) -> None:
    answer = await moved.client.get("/feeds/harbour", allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (301, "http://127.0.0.1:8080/feeds/port")


async def test_a_renamed_feed_keeps_its_articles_their_ids_and_its_tombstones(moved: Desk) -> None:
    body = (await moved.ask("/feeds/port.atom"))[1].decode()
    assert "<id>tag:harbour.example,2026:ferry</id>" in body
    assert 'ref="tag:harbour.example,2026:gone"' in body
    assert "Wrong." in body


async def test_a_feed_renamed_twice_is_found_under_every_name_it_had(moved: Desk, tmp_path: Path) -> None:
    again = {**FEEDS, "quay": 'renamed_from = ["harbour", "port"]\n' + FEEDS["harbour"]}
    del again["harbour"]
    await moved.service.use(configure(tmp_path, feeds=again))
    for old in ("harbour", "port"):
        answer = await moved.client.get(f"/feeds/{old}.atom", allow_redirects=False)
        assert answer.headers["Location"].endswith("/feeds/quay.atom")
    assert "at:deleted-entry" in (await moved.ask("/feeds/quay.atom"))[1].decode()


async def test_a_story_after_the_renaming_enters_the_feed_once(moved: Desk) -> None:
    await moved.put(title="Changed")
    assert (await moved.ask("/feeds/port.atom"))[1].decode().count("<entry>") == 1


async def test_a_slug_given_up_and_used_again_is_another_feed(moved: Desk, tmp_path: Path) -> None:
    fresh = {**renamed(port="harbour"), "port": FEEDS["harbour"], "harbour": 'title = "Harbour lights"\n'}
    await moved.service.use(configure(tmp_path, feeds=fresh))
    answer, body = await moved.ask("/feeds/harbour.atom")
    assert answer.status == 200
    assert "Harbour lights" in body.decode()
    assert (await moved.ask("/feeds/port.atom"))[0].status == 200


async def test_a_feed_whose_renaming_is_forgotten_is_gone(moved: Desk, tmp_path: Path) -> None:
    feeds = {slug: text for slug, text in FEEDS.items() if slug != "harbour"} | {"port": FEEDS["harbour"]}
    await moved.service.use(configure(tmp_path, feeds=feeds))
    await problem_of(await moved.client.get("/feeds/harbour.rss"), 410, "feed_gone")


async def test_what_never_was_a_feed_is_not_gone(desk: Desk) -> None:
    await problem_of(await desk.client.get("/feeds/never.rss"), 404, "feed_not_found")
    assert (await desk.client.get("/feeds/never")).status == 404


@pytest.mark.parametrize(
    ("feeds", "told"),
    [
        (FEEDS | {"port": 'title = "P"\nrenamed_from = ["harbour"]\n'}, "feeds/harbour.toml still exists"),
        (
            {"a": 'title = "A"\nrenamed_from = ["x"]\n', "b": 'title = "B"\nrenamed_from = ["x"]\n'},
            "feeds/a.toml has taken x over already",
        ),
    ],
)
def test_a_slug_is_taken_over_once_and_not_while_it_is_in_use(
    tmp_path: Path, feeds: Mapping[str, str], told: str
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        configure(tmp_path, feeds=feeds)
    assert told in "; ".join(map(str, caught.value.violations))
