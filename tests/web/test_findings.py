"""What a feed's gate found, as programs and monitors see it."""

from __future__ import annotations

from tests.web.conftest import OpenDesk
from tests.web.desk import FERRY, Desk, body_of, problem_of

FEEDS = {"latest": 'title = "Latest"\n', "msn": 'title = "MSN"\ndialect = "msn"\n'}
SHORT = "Ferry late"


async def a_desk(open_desk: OpenDesk) -> Desk:
    desk = await open_desk(feeds=FEEDS)
    await desk.put(title=SHORT)
    await desk.put("tag:a,2026:1", title=SHORT, body_html="<p><q>At nine</q></p>")
    await desk.put("tag:a,2026:2", title="The ferry sails on time again", body_html="<p><q>At nine</q></p>")
    await desk.put("tag:a,2026:3", title="The ferry sails on time once more")
    return desk


async def test_every_article_in_whose_way_something_stood_is_listed_with_its_reasons(open_desk: OpenDesk) -> None:
    desk = await a_desk(open_desk)
    found = await body_of(await desk.api("GET", "/api/v1/feeds/msn/findings"), 200)
    assert {each["article"]: each["refused"] for each in found["items"]} == {
        FERRY: True,
        "tag:a,2026:1": True,
        "tag:a,2026:2": False,
    }
    [first] = (each for each in found["items"] if each["article"] == FERRY)
    [finding] = first["findings"]
    assert (finding["code"], finding["path"], finding["refuses"]) == ("title_length", "title", True)
    assert "10 characters" in finding["reason"]


async def test_the_listing_is_read_in_pages(open_desk: OpenDesk) -> None:
    desk = await a_desk(open_desk)
    seen: list[str] = []
    query: dict[str, str] = {"limit": "1"}
    while True:
        found = await body_of(await desk.api("GET", "/api/v1/feeds/msn/findings", params=query), 200)
        seen += [each["article"] for each in found["items"]]
        if found["next"] is None:
            break
        query["after"] = found["next"]
    assert sorted(seen) == sorted([FERRY, "tag:a,2026:1", "tag:a,2026:2"])


async def test_a_feed_nobody_declared_has_no_findings(desk: Desk) -> None:
    await problem_of(await desk.api("GET", "/api/v1/feeds/nowhere/findings"), 404, "feed_not_found")


async def test_the_list_of_feeds_and_the_metrics_count_what_is_kept_out(open_desk: OpenDesk) -> None:
    desk = await a_desk(open_desk)
    found = await body_of(await desk.api("GET", "/api/v1/feeds"), 200)
    assert {each["slug"]: each["refused"] for each in found["items"]} == {"latest": 0, "msn": 2}
    text = await (await desk.client.get("/metrics")).text()
    assert 'feed_refused{feed="msn"} 2.0' in text
    assert 'feed_refused{feed="latest"} 0.0' in text
