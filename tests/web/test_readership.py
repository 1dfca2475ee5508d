"""Who reads us, through the web: every poll is counted, told to programs, and costs the feed nothing."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from tests.web.conftest import OpenDesk
from tests.web.desk import Desk, body_of, problem_of
from tests.web.polling import TOKENS, Gazette, pull

FEED = "/feeds/latest.rss"
FEEDLY = "Feedly/1.0 (+http://www.feedly.com/fetcher.html; 462 subscribers; )"
MINIFLUX = "Mozilla/5.0 (compatible; Miniflux/2.2.0; +https://miniflux.app)"


async def readers(desk: Desk, slug: str = "latest") -> list[dict[str, Any]]:
    await desk.service.readership.flush()
    answer = await desk.api("GET", f"/api/v1/feeds/{slug}/readers")
    items: list[dict[str, Any]] = (await body_of(answer, 200))["items"]
    return items


async def feed(desk: Desk, slug: str = "latest") -> dict[str, Any]:
    answer = await desk.api("GET", "/api/v1/feeds")
    found: dict[str, Any] = next(each for each in (await body_of(answer, 200))["items"] if each["slug"] == slug)
    return found


async def test_polls_are_counted_whatever_they_are_answered(desk: Desk) -> None:
    await desk.put()
    answer, _ = await desk.ask(FEED, User_Agent=FEEDLY)
    for _ in range(3):
        answer, _ = await desk.ask(FEED, User_Agent=FEEDLY, If_None_Match=answer.headers["ETag"])
        assert answer.status == 304
    answer, _ = await desk.ask(FEED, User_Agent=FEEDLY, If_None_Match='"stale"')
    assert answer.status == 200
    await desk.ask(FEED, method="HEAD", User_Agent=FEEDLY)
    (reader,) = await readers(desk)
    assert (reader["service"], reader["subscribers"], reader["polls"]) == ("Feedly", 462, 5)
    assert (reader["not_modified_share"], reader["unconditional_share"]) == (0.6, 0.2)
    summed = await feed(desk)
    assert (summed["subscribers"], summed["polls"], summed["not_modified_share"]) == (462, 5, 0.6)
    assert (await feed(desk, "world"))["polls"] == 0


async def test_all_formats_of_a_feed_have_one_audience(desk: Desk) -> None:
    for name in ("rss", "atom", "json"):
        await desk.ask(f"/feeds/latest.{name}", User_Agent=FEEDLY)
    (reader,) = await readers(desk)
    assert (reader["polls"], reader["subscribers"]) == (3, 462)


async def test_installations_behind_a_proxy_are_told_apart(open_desk: OpenDesk) -> None:
    desk = await open_desk(environ={"SYNDICATE_SERVICE__TRUSTED_PROXIES": '["127.0.0.1"]'})
    for address in ("203.0.113.1", "203.0.113.2", "203.0.113.2"):
        await desk.ask(FEED, User_Agent=MINIFLUX, X_Forwarded_For=address)
    found = await readers(desk)
    assert sorted(each["polls"] for each in found) == [1, 2]
    assert (await feed(desk))["subscribers"] == 2
    assert "203.0.113" not in str(found)


async def test_the_worst_mannered_come_first(desk: Desk) -> None:
    answer, _ = await desk.ask(FEED, User_Agent="Feedbin feed-id:1 - 5 subscribers")
    for _ in range(2):
        desk.clock.advance(timedelta(minutes=15))
        await desk.ask(FEED, User_Agent="Feedbin feed-id:1 - 5 subscribers", If_None_Match=answer.headers["ETag"])
        await desk.ask(FEED, User_Agent=FEEDLY)
        await desk.service.readership.flush()
    assert [each["service"] for each in await readers(desk)] == ["Feedly", "Feedbin"]


async def test_readers_of_a_feed_that_is_not_there_are_not_found(desk: Desk) -> None:
    await problem_of(await desk.api("GET", "/api/v1/feeds/nowhere/readers"), 404, "feed_not_found")


async def test_a_partner_that_polls_is_one_reader_whose_silence_is_told(open_desk: OpenDesk) -> None:
    gazette = Gazette(await open_desk(pull(), environ=TOKENS))
    desk = gazette.desk
    await desk.put()
    for name in ("feed.rss", "feed.atom", "changes"):
        answer = await gazette.ask(name)
        assert answer.status == 200
        await desk.service.readership.flush()
        desk.clock.advance(timedelta(minutes=15))
    (reader,) = await readers(desk, "partner:gazette")
    assert (reader["reader"], reader["polls"], reader["interval_seconds"]) == ("partner", 3, 900)
    desk.clock.advance(timedelta(minutes=50))
    await desk.service.readership.watch()
    (partner,) = (await body_of(await desk.api("GET", "/api/v1/partners"), 200))["items"]
    assert partner["polling"]["silent_since"] is not None
    assert partner["polling"]["lag"] == {
        "fetched": 1, "usual_seconds": 0, "longest_seconds": 0, "waiting": 0, "waiting_since": None,
    }  # fmt: skip
    text = await (await desk.client.get("/metrics")).text()
    assert 'partner_silent{partner="gazette"} 1.0' in text


async def test_a_months_report_is_for_programs_too(open_desk: OpenDesk) -> None:
    gazette = Gazette(await open_desk(pull(), environ=TOKENS))
    await gazette.desk.put(images=[{"url": "https://images.example/1.jpg", "credit": "Ann Lee"}])
    await gazette.ask("feed.rss")
    path = "/api/v1/partners/gazette/report"
    found = await body_of(await gazette.desk.api("GET", path, params={"month": "2026-03"}), 200)
    assert (found["stories"], found["pictures"]) == (1, [{"credit": "Ann Lee", "pictures": 1}])
    assert [line["known_by"] for line in found["lines"]] == ["fetched"]
    await problem_of(await gazette.desk.api("GET", path), 400, "invalid_query")


async def test_no_word_of_a_request_becomes_a_label(desk: Desk) -> None:
    await desk.ask(FEED, User_Agent='Invented"}\\x/1.0 (5 subscribers)')
    await desk.ask(FEED, User_Agent=FEEDLY)
    await desk.service.readership.flush()
    text = await (await desk.client.get("/metrics")).text()
    polls = re.findall(r"^feed_polls_total\{(.*)\} (.*)$", text, re.MULTILINE)
    assert sorted(polls) == [('feed="latest",service="Feedly"', "1.0"), ('feed="latest",service="other"', "1.0")]
    assert 'feed_subscribers{feed="latest"} 467.0' in text
    assert 'feed_not_modified_ratio{feed="latest"} 0.0' in text
    assert "Invented" not in text
