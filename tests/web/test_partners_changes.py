"""`changes`: what a partner must do to hold the newest state, exactly resumable."""

from __future__ import annotations

import asyncio
import time

import pytest

from syndicate.actions.adopt import EPOCH
from syndicate.actions.listings import list_copies
from syndicate.actions.offer import offer_due
from syndicate.model.delivery import Holding
from syndicate.store import meta
from syndicate.web.waiting import MOST_FOR_ONE, Waiting
from tests.web.conftest import OpenDesk
from tests.web.desk import FERRY, problem_of
from tests.web.polling import TOKENS, Gazette, pull


@pytest.fixture
async def gazette(open_desk: OpenDesk) -> Gazette:
    return Gazette(await open_desk(pull(), environ=TOKENS))


def named(number: int) -> str:
    return f"tag:harbour.example,2026:{number}"


async def test_an_item_is_the_data_of_an_event_with_its_kind_and_time(gazette: Gazette) -> None:
    await gazette.desk.put()
    [item] = await gazette.changes()
    article = item.pop("article")
    assert article["title"] == "New ferry sails on time"
    assert (article["status"], article["seq"], article["source"]["name"]) == ("published", item["seq"], "Harbour Daily")
    seq = item.pop("seq")
    assert seq > 0
    assert item == {
        "schema": 1,
        "id": FERRY,
        "url": article["url"],
        "revision": 1,
        "cause": None,
        "public_note": None,
        "kind": "published",
        "at": "2026-03-04T12:00:00Z",
    }


async def test_every_article_comes_once_at_its_newest_place_retractions_included(gazette: Gazette) -> None:
    for number in range(3):
        await gazette.desk.put(named(number), title=f"Story {number}")
    await gazette.ask("")
    await gazette.desk.put(named(0), title="Story 0 again")
    await gazette.desk.put(named(1), categories=["Sport"])
    await gazette.desk.retract(named(2), public_note="Wrong.")
    items = await gazette.changes()
    told = {item["id"]: (item["kind"], item["cause"], item["public_note"]) for item in items}
    assert len(items) == 3
    assert told == {
        named(0): ("updated", None, None),
        named(1): ("retracted", "deselected", None),
        named(2): ("retracted", "retracted", "Wrong."),
    }
    assert [item["article"] is None for item in items].count(True) == 2
    assert await gazette.changes() == []


async def test_pages_follow_each_other_without_gap_or_repeat(gazette: Gazette) -> None:
    for number in range(7):
        await gazette.desk.put(named(number))
    seen = []
    while items := await gazette.changes("&limit=2"):
        assert len(items) <= 2
        seen += [item["id"] for item in items]
    assert sorted(seen) == [named(number) for number in range(7)]
    held = await list_copies(gazette.desk.service.office, article=None, partner="gazette", limit=10)
    assert {copy.holding for copy in held} == {Holding.HELD}


async def test_only_what_a_page_brought_is_held(gazette: Gazette) -> None:
    for number in range(3):
        await gazette.desk.put(named(number))
    [item] = await gazette.changes("&limit=1")
    held = await list_copies(gazette.desk.service.office, article=None, partner="gazette", limit=10)
    assert [copy.article_id for copy in held if copy.holding is Holding.HELD] == [item["id"]]


async def test_now_begins_behind_everything(gazette: Gazette) -> None:
    await gazette.desk.put(named(1))
    gazette.cursor = "now"
    await gazette.ask("")
    assert await gazette.changes() == []
    await gazette.desk.put(named(2))
    assert [item["id"] for item in await gazette.changes()] == [named(2)]


async def test_a_cursor_of_another_history_is_gone(gazette: Gazette) -> None:
    await gazette.desk.put()
    await gazette.changes()
    await gazette.desk.service.office.store.write(meta.put, EPOCH, "epoch_other")
    answer = await gazette.ask(f"changes?after={gazette.cursor}")
    await problem_of(answer, 410, "cursor_unknown")


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ("after=nonsense", "after"),
        ("after=WzEsMiwzXQ", "after"),
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=-1", "limit"),
        ("wait=61", "wait"),
        ("wait=soon", "wait"),
    ],
)
async def test_what_cannot_be_is_named(gazette: Gazette, query: str, path: str) -> None:
    document = await problem_of(await gazette.ask(f"changes?{query}"), 400, "invalid_query")
    assert [each["path"] for each in document["violations"]] == [path]


# --- waiting --------------------------------------------------------------------------------------------------------


async def test_a_waiting_request_is_answered_when_something_comes(gazette: Gazette) -> None:
    gazette.cursor = "now"
    await gazette.changes()
    waiting = asyncio.create_task(gazette.changes("&wait=30"))
    await asyncio.sleep(0.2)
    assert not waiting.done()
    began = time.monotonic()
    await gazette.desk.put()
    await offer_due(gazette.desk.service.office)
    [item] = await waiting
    assert item["id"] == FERRY
    assert time.monotonic() - began < 5


async def test_a_waiting_request_ends_when_its_time_is_up(gazette: Gazette) -> None:
    began = time.monotonic()
    assert await gazette.changes("&wait=1") == []
    assert 0.9 < time.monotonic() - began < 10


async def test_a_stop_ends_what_waits(gazette: Gazette) -> None:
    waiting = asyncio.create_task(gazette.changes("&wait=60"))
    await asyncio.sleep(0.2)
    app = gazette.desk.client.app
    assert app is not None
    await app.shutdown()
    async with asyncio.timeout(5):
        assert await waiting == []


async def test_of_too_many_that_wait_the_first_goes_on() -> None:
    waiting = Waiting(most=2)
    tasks = [asyncio.create_task(waiting.until_woken("partner:gazette", seconds=30)) for _ in range(3)]
    await asyncio.sleep(0.01)
    assert [task.done() for task in tasks] == [True, False, False]
    assert len(waiting) == 2
    waiting.wake(["partner:other"])
    await asyncio.sleep(0.01)
    assert len(waiting) == 2
    waiting.wake(["partner:gazette"])
    await asyncio.gather(*tasks)
    assert len(waiting) == 0


async def test_of_too_many_that_ask_and_wait_the_first_is_answered_and_the_others_rest(gazette: Gazette) -> None:
    await gazette.changes()
    asked = [asyncio.create_task(gazette.changes("&wait=30")) for _ in range(MOST_FOR_ONE + 2)]
    async with asyncio.timeout(10):
        await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED)
        await asyncio.sleep(0.5)
        assert sum(task.done() for task in asked) == 2
        await gazette.desk.put()
        await gazette.ask("")
        assert sorted(len(items) for items in await asyncio.gather(*asked)) == [0, 0] + [1] * MOST_FOR_ONE


async def test_a_long_list_is_cut_into_pages_by_its_bytes(gazette: Gazette) -> None:
    for number in range(12):
        put = await gazette.desk.put(named(number), body_html=f"<p>{'long ' * 80_000}</p>")
        assert put.status == 201
    first, second = await gazette.changes(), await gazette.changes()
    assert (len(first), len(second)) == (11, 1)
