"""Archives and deltas over HTTP: the past in addresses that stay, and only what changed to whom asks for it."""

from __future__ import annotations

import asyncio
import gzip
import json
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import feedparser
import pytest

from syndicate.actions.archives import ARCHIVE_SIZE
from syndicate.actions.erase import erase
from syndicate.actions.listings import list_copies
from syndicate.actions.release import keep_time
from syndicate.actions.served import ServedEditions
from syndicate.clock import FixedClock
from syndicate.model.delivery import Holding
from tests.builders import NOON
from tests.historians import Keeper, follow, read
from tests.papers import configure, put
from tests.web.desk import Desk
from tests.web.polling import TOKENS, Gazette, pull

FEEDS = {"latest": 'title = "Latest"\ndescription = "Everything"\nitems = 20\n'}
HALF = ARCHIVE_SIZE // 2
FORMATS = ("rss", "atom", "json")


def story(number: int) -> str:
    return f"tag:harbour.example,2026:{number}"


async def publish(desk: Desk, *numbers: int, title: str = "Story {}", **record: Any) -> None:
    for number in numbers:
        desk.clock.advance(timedelta(seconds=1))
        at = desk.clock.now().isoformat()
        await put(desk.service, id=story(number), title=title.format(number), updated_at=at, **record)


async def get(desk: Desk, address: str) -> bytes:
    answer, body = await desk.ask(address.removeprefix("http://127.0.0.1:8080"))
    assert answer.status == 200, address
    return body


@pytest.fixture
async def desk(open_desk: Any) -> Desk:
    opened: Desk = await open_desk(clock=FixedClock(NOON), feeds=FEEDS)
    return opened


# --- archives ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["atom", "json"])
async def test_the_archives_lead_from_the_feed_to_its_first_article_without_a_gap(desk: Desk, name: str) -> None:
    count = 2 * ARCHIVE_SIZE + HALF
    await publish(desk, *range(1, count + 1))
    keeper, addresses = await follow(lambda each: get(desk, each), f"http://127.0.0.1:8080/feeds/latest.{name}")
    assert set(keeper.held) == {story(number) for number in range(1, count + 1)}
    assert [each.rpartition("/")[2] for each in addresses[1:]] == [f"3-5.{name}", f"2.{name}", f"1.{name}"]
    assert len(set(addresses)) == len(addresses)


async def test_an_archive_names_the_feed_and_its_neighbours_and_none_that_still_fills(desk: Desk) -> None:
    await publish(desk, *range(1, 2 * ARCHIVE_SIZE + HALF))
    first, second = [read(await get(desk, f"/feeds/latest/archive/{number}.atom")) for number in (1, 2)]
    base = "http://127.0.0.1:8080/feeds/latest"
    assert first.marks == second.marks == {"archive"}
    assert first.links["current"] == second.links["current"] == f"{base}.atom"
    assert (first.links["next-archive"], second.links["prev-archive"]) == (
        f"{base}/archive/2.atom",
        f"{base}/archive/1.atom",
    )
    assert "prev-archive" not in first.links
    assert "next-archive" not in second.links
    assert first.links["self"] == f"{base}/archive/1.atom"


async def test_a_feed_with_archives_is_not_complete_and_one_that_shows_everything_has_none(desk: Desk) -> None:
    await publish(desk, *range(1, 21))
    assert set(read(await get(desk, "/feeds/latest.atom")).links) == {"self", "alternate"}
    await publish(desk, *range(21, ARCHIVE_SIZE + 1))
    feed = read(await get(desk, "/feeds/latest.atom"))
    assert feed.links["prev-archive"].endswith(("/archive/1.atom", "/latest/archive/1-30.atom"))
    assert feed.marks == set()


async def test_the_head_of_a_filling_archive_keeps_its_articles_when_others_come(desk: Desk) -> None:
    await publish(desk, *range(1, HALF + 1))
    address = read(await get(desk, "/feeds/latest.atom")).links["prev-archive"]
    before = set(read(await get(desk, address)).entries)
    await publish(desk, *range(HALF + 1, ARCHIVE_SIZE + 10))
    assert set(read(await get(desk, address)).entries) == before


@pytest.mark.parametrize("name", ["0", "3", "2", "1-50", "1-0", "01", "x", "-1", "1-", "99999999999999999999"])
async def test_an_archive_that_does_not_exist_is_not_found(desk: Desk, name: str) -> None:
    await publish(desk, *range(1, ARCHIVE_SIZE + 1))
    answer, _ = await desk.ask(f"/feeds/latest/archive/{name}.atom")
    assert answer.status == 404
    assert (await desk.ask(f"/feeds/nowhere/archive/{name}.atom"))[0].status == 404
    assert (await desk.ask("/feeds/latest/archive/1.xml"))[0].status == 404


async def test_an_article_stays_in_its_archive_when_it_comes_back(desk: Desk) -> None:
    await publish(desk, *range(1, ARCHIVE_SIZE + 30))
    await desk.retract(story(7))
    gone = read(await get(desk, "/feeds/latest/archive/1.atom"))
    assert story(7) in gone.deleted
    assert story(7) not in gone.entries
    await desk.restore(story(7))
    back = read(await get(desk, "/feeds/latest/archive/1.atom"))
    assert story(7) in back.entries
    assert back.entries[story(7)].updated_at > gone.deleted[story(7)]
    assert not back.deleted


@pytest.mark.parametrize("name", FORMATS)
async def test_an_archive_changes_only_with_its_articles(desk: Desk, name: str) -> None:
    await publish(desk, *range(1, 2 * ARCHIVE_SIZE + 30))
    path = f"/feeds/latest/archive/1.{name}"
    answer, _ = await desk.ask(path)
    assert answer.headers["Cache-Control"] == "public, no-cache"
    await publish(desk, 900)
    held, nothing = await desk.ask(path, If_None_Match=answer.headers["ETag"])
    assert (held.status, nothing) == (304, b"")
    await publish(desk, 3, title="Corrected {}")
    changed, body = await desk.ask(path, If_None_Match=answer.headers["ETag"])
    assert changed.status == 200
    assert b"Corrected 3" in body
    first, last = [parsedate_to_datetime(each.headers["Last-Modified"]) for each in (answer, changed)]
    assert last > first


async def test_an_article_that_is_for_partners_only_leaves_the_archives_though_it_had_grown_too_old(
    open_desk: Any,
) -> None:
    feeds = {"latest": 'title = "Latest"\nitems = 2\n[select]\nmax_age = "1d"\n'}
    desk: Desk = await open_desk(clock=FixedClock(NOON), feeds=feeds)
    await publish(desk, *range(1, ARCHIVE_SIZE + 1))
    desk.clock.advance(timedelta(days=2))
    await keep_time(desk.service.office)
    assert story(5) in read(await get(desk, "/feeds/latest/archive/1.atom")).entries
    await publish(desk, 5, title="Secret", audience="partners")
    archive = await get(desk, "/feeds/latest/archive/1.atom")
    assert b"Secret" not in archive
    assert story(5) in read(archive).deleted


async def test_what_is_restored_when_it_is_too_old_for_its_feed_returns_to_the_archives_alone(open_desk: Any) -> None:
    feeds = {"latest": 'title = "Latest"\nitems = 2\n[select]\nmax_age = "1d"\n'}
    desk: Desk = await open_desk(clock=FixedClock(NOON), feeds=feeds)
    await publish(desk, *range(1, ARCHIVE_SIZE + 1))
    desk.clock.advance(timedelta(days=2))
    await keep_time(desk.service.office)
    await desk.retract(story(5))
    gone = read(await get(desk, "/feeds/latest/archive/1.atom")).deleted[story(5)]
    await desk.restore(story(5))
    archive = read(await get(desk, "/feeds/latest/archive/1.atom"))
    assert archive.entries[story(5)].updated_at > gone
    assert not archive.deleted
    assert not read(await get(desk, "/feeds/latest.atom")).entries


async def test_what_comes_back_stands_where_its_date_puts_it(desk: Desk) -> None:
    await publish(desk, *range(1, 31))
    await desk.retract(story(3))
    await desk.restore(story(3))
    assert next(iter(read(await get(desk, "/feeds/latest.atom")).entries)) == story(3)


# --- deltas --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("form", ["{tag}", "W/{tag}", '"old", {tag}', "{suffixed}"])
async def test_who_asks_for_what_changed_gets_that_alone(desk: Desk, name: str, form: str) -> None:
    path = f"/feeds/latest.{name}"
    await publish(desk, 1, 2, 3)
    tag = (await desk.ask(path))[0].headers["ETag"]
    asked = form.format(tag=tag, suffixed=f'{tag[:-1]}-gzip"')
    await publish(desk, 4)
    await desk.retract(story(2))
    whole, _ = await desk.ask(path)
    answer, body = await desk.ask(path, A_IM="feed", If_None_Match=asked)
    assert (answer.status, answer.headers["IM"], answer.headers["ETag"]) == (226, "feed", whole.headers["ETag"])
    assert answer.headers["Content-Type"] == whole.headers["Content-Type"]
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["Vary"] == "A-IM, If-None-Match, Accept-Encoding"
    assert answer.headers["Delta-Base"].startswith('"')
    assert b"Story 4" in body
    assert b"Story 1" not in body
    assert story(2).encode() in body


async def test_who_names_an_edition_that_we_do_not_know_gets_the_whole(desk: Desk) -> None:
    """As after a backup was put back: the same seq is that of other changes, and what was lost would stay unsaid."""
    await publish(desk, 1)
    tag = (await desk.ask("/feeds/latest.atom"))[0].headers["ETag"]
    await publish(desk, 2)
    seq, _, digest = tag.strip('"').partition("-")
    lost = f'"{seq}-{digest[::-1]}"'
    assert [
        (await desk.ask("/feeds/latest.atom", A_IM="feed", If_None_Match=each))[0].status for each in (lost, tag)
    ] == [200, 226]


async def test_an_edition_is_known_to_other_processes_once_it_was_written_down(desk: Desk) -> None:
    await publish(desk, 1)
    tag = (await desk.ask("/feeds/latest.atom"))[0].headers["ETag"]
    beginning = tag.strip('"').partition("-")[2]
    other = ServedEditions(desk.service.office)
    assert not await other.is_known("latest", "atom", beginning)
    await desk.service.editions.served.write()
    assert await other.is_known("latest", "atom", beginning)
    assert not await other.is_known("latest", "rss", beginning)


async def test_a_delta_has_the_tag_of_the_whole_in_its_own_coding(desk: Desk) -> None:
    await publish(desk, 1)
    tag = (await desk.ask("/feeds/latest.atom"))[0].headers["ETag"]
    await publish(desk, 2)
    whole, _ = await desk.ask("/feeds/latest.atom", Accept_Encoding="gzip")
    answer, body = await desk.ask("/feeds/latest.atom", A_IM="feed", If_None_Match=tag, Accept_Encoding="gzip")
    assert answer.headers["ETag"] == whole.headers["ETag"]
    assert set(read(gzip.decompress(body)).entries) == {story(2)}


@pytest.mark.parametrize(
    "headers",
    [
        {"A_IM": "feed"},
        {"If_None_Match": "{tag}"},
        {"A_IM": "vcdiff, gzip", "If_None_Match": "{tag}"},
        {"A_IM": "feed;q=0", "If_None_Match": "{tag}"},
        {"A_IM": "feed", "If_None_Match": '"of-another-server"'},
        {"A_IM": "feed", "If_None_Match": '"999999-00000000000000000000"'},
        {"A_IM": "feed", "If_None_Match": '"0-00000000000000000000"'},
    ],
)
async def test_everybody_else_gets_the_whole_feed(desk: Desk, headers: dict[str, str]) -> None:
    await publish(desk, 1)
    tag = (await desk.ask("/feeds/latest.atom"))[0].headers["ETag"]
    await publish(desk, 2)
    asked = {name: value.format(tag=tag) for name, value in headers.items()}
    answer, body = await desk.ask("/feeds/latest.atom", **asked)
    assert (answer.status, "IM" in answer.headers) == (200, False)
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert set(read(body).entries) == {story(1), story(2)}


async def test_who_holds_the_feed_is_told_so_whatever_was_asked(desk: Desk) -> None:
    await publish(desk, 1)
    tag = (await desk.ask("/feeds/latest.atom"))[0].headers["ETag"]
    assert (await desk.ask("/feeds/latest.atom", A_IM="feed", If_None_Match=tag))[0].status == 304


async def test_what_comes_into_view_because_another_left_is_a_change(desk: Desk) -> None:
    await publish(desk, *range(1, 31))
    tag = (await desk.ask("/feeds/latest.atom"))[0].headers["ETag"]
    await desk.retract(story(25))
    _, body = await desk.ask("/feeds/latest.atom", A_IM="feed", If_None_Match=tag)
    delta = read(body)
    assert (set(delta.entries), set(delta.deleted)) == ({story(10)}, {story(25)})


async def test_a_feed_that_was_declared_anew_has_no_changes_to_tell(open_desk: Any) -> None:
    desk: Desk = await open_desk(clock=FixedClock(NOON), feeds=FEEDS)
    await publish(desk, 1, 2)
    tag = (await desk.ask("/feeds/latest.atom"))[0].headers["ETag"]
    folder = desk.service.loaded.path.parent
    await desk.service.use(configure(folder, feeds={"latest": 'title = "Newest"\nitems = 20\n'}))
    await publish(desk, 3)
    answer, body = await desk.ask("/feeds/latest.atom", A_IM="feed", If_None_Match=tag)
    assert answer.status == 200
    assert len(read(body).entries) == 3


async def test_a_json_delta_tells_of_withdrawals_in_its_extension(desk: Desk) -> None:
    await publish(desk, 1, 2)
    tag = (await desk.ask("/feeds/latest.json"))[0].headers["ETag"]
    await desk.retract(story(1), public_note="We were wrong.")
    _, body = await desk.ask("/feeds/latest.json", A_IM="feed", If_None_Match=tag)
    feed = json.loads(body)
    assert feed["items"] == []
    assert [(each["id"], each["note"]) for each in feed["_syndicate"]["deleted"]] == [(story(1), "We were wrong.")]


async def test_an_erasure_takes_the_note_from_those_who_only_hear_of_changes(desk: Desk) -> None:
    await publish(desk, 1, 2)
    await desk.retract(story(1), public_note="Jane Doe asked for it.")
    tag = (await desk.ask("/feeds/latest.atom"))[0].headers["ETag"]
    await erase(desk.service.office, desk.service.pictures, story(1), case="case 7")
    answer, body = await desk.ask("/feeds/latest.atom", A_IM="feed", If_None_Match=tag)
    assert answer.status == 226
    assert set(read(body).deleted) == {story(1)}
    assert b"Jane Doe" not in body


# --- feedparser, which asks for changes at every request -------------------------------------------------------------


async def test_feedparser_gets_what_changed_and_needs_no_more(desk: Desk) -> None:
    await publish(desk, 1, 2, 3)
    url = str(desk.client.make_url("/feeds/latest.atom"))
    keeper = Keeper()

    async def poll(etag: str | None) -> Any:
        return await asyncio.to_thread(feedparser.parse, url, etag=etag)

    first = await poll(None)
    assert (first.status, len(first.entries)) == (200, 3)
    await publish(desk, 4)
    await publish(desk, 2, title="Corrected {}")
    second = await poll(first.etag)
    assert (second.status, second.bozo) == (226, False)
    assert {(entry.id, entry.title) for entry in second.entries} == {
        (story(4), "Story 4"),
        (story(2), "Corrected 2"),
    }
    third = await poll(second.etag)
    assert (third.status, third.entries) == (304, [])
    keeper.replace(read((await desk.ask("/feeds/latest.atom"))[1]))
    assert set(keeper.held) == {story(number) for number in (1, 2, 3, 4)}


# --- the own feed of a partner that polls -----------------------------------------------------------------------------


async def test_a_partner_that_polls_has_archives_of_its_own_and_holds_what_it_fetches_there(open_desk: Any) -> None:
    gazette = Gazette(await open_desk(pull(), environ=TOKENS, clock=FixedClock(NOON)))
    await publish(gazette.desk, *range(1, ARCHIVE_SIZE + 31))
    feed = read(await (await gazette.ask("feed.atom")).read())
    assert feed.links["prev-archive"] == "http://127.0.0.1:8080/partners/gazette/feed/archive/1.atom"
    answer = await gazette.ask("feed/archive/1.atom")
    assert answer.headers["Cache-Control"] == "private, no-cache"
    archive = read(await answer.read())
    assert set(feed.entries) | set(archive.entries) == {story(number) for number in range(1, ARCHIVE_SIZE + 31)}
    held = await list_copies(gazette.desk.service.office, article=story(1), partner="gazette", limit=1)
    assert held[0].holding is Holding.HELD
    assert (await gazette.desk.ask("/partners/gazette/feed/archive/1.atom"))[0].status == 401
