"""The news sitemap and the list of feeds."""

from __future__ import annotations

from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from lxml import etree

from syndicate.actions.adopt import adopt
from syndicate.actions.release import keep_time
from syndicate.actions.sitemap import MOST_URLS
from syndicate.render.namespaces import NEWS, SITEMAP
from tests.builders import NOON
from tests.store.newsdesk import declared
from tests.web.conftest import OpenDesk
from tests.web.desk import FERRY, Desk

NAMES = {"s": SITEMAP, "n": NEWS}
PAGE = "http://127.0.0.1:8080/articles/new-ferry-sails-on-time"


async def sitemap(desk: Desk) -> Any:
    answer, body = await desk.ask("/sitemap-news.xml")
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/xml; charset=utf-8"
    return etree.fromstring(body)


async def listed(desk: Desk) -> list[str]:
    return [each.text for each in (await sitemap(desk)).iterfind("s:url/s:loc", NAMES)]


async def test_the_sitemap_names_publication_language_date_and_title(desk: Desk) -> None:
    await desk.put(language="en-GB", title="Ferries & <tides>", published_at="2026-03-04T09:00:00+01:00")
    [url] = (await sitemap(desk)).findall("s:url", NAMES)
    assert [(etree.QName(each).localname, each.text) for each in url.iter() if each.text and each.text.strip()] == [
        ("loc", "http://127.0.0.1:8080/articles/ferries-tides"),
        ("name", "Harbour Daily"),
        ("language", "en"),
        ("publication_date", "2026-03-04T09:00:00+01:00"),
        ("title", "Ferries & <tides>"),
    ]


@pytest.mark.parametrize(("tag", "language"), [("zh-TW", "zh-tw"), ("pt-BR", "pt"), (None, "en")])
async def test_languages_are_as_search_engines_name_them(desk: Desk, tag: str | None, language: str) -> None:
    await desk.put(language=tag)
    assert (await sitemap(desk)).find(".//n:language", NAMES).text == language


async def test_an_article_is_news_for_48_hours_from_its_first_publication(desk: Desk) -> None:
    await desk.put()
    desk.clock.advance(timedelta(hours=47))
    await desk.put(body_html="<p>It sails again.</p>")
    assert await listed(desk) == [PAGE]
    desk.clock.advance(timedelta(hours=1) - timedelta(seconds=1))
    assert await listed(desk) == [PAGE]
    desk.clock.advance(timedelta(seconds=1))
    assert await listed(desk) == []


async def test_what_was_published_long_ago_and_came_today_is_no_news(desk: Desk) -> None:
    await desk.put(published_at=(NOON - timedelta(hours=49)).isoformat())
    assert await listed(desk) == []


async def test_a_withdrawn_article_drops_at_once(desk: Desk) -> None:
    await desk.put()
    assert await listed(desk) == [PAGE]
    await desk.retract()
    assert await listed(desk) == []


async def test_an_expired_article_drops_at_its_instant(desk: Desk) -> None:
    await desk.put(expires_at=(NOON + timedelta(hours=1)).isoformat())
    assert await listed(desk) == [PAGE]
    desk.clock.advance(timedelta(hours=1))
    await keep_time(desk.service.office)
    assert await listed(desk) == []


async def test_only_public_articles_with_their_page_on_our_host_are_listed(desk: Desk) -> None:
    await desk.put()
    await desk.put("tag:a,2026:1", audience="partners")
    await desk.put("tag:a,2026:2", url="https://elsewhere.example/ferry")
    await desk.put("tag:a,2026:4", embargo_until=(NOON + timedelta(hours=1)).isoformat())
    await desk.put("tag:a,2026:5", url="http://127.0.0.1:8080/2026/ferry")
    assert sorted(await listed(desk)) == ["http://127.0.0.1:8080/2026/ferry", PAGE]


async def test_a_host_whose_name_only_begins_like_ours_is_not_ours(open_desk: OpenDesk) -> None:
    desk = await open_desk(port=808)
    assert (await desk.put(url="http://127.0.0.1:8081/ferry")).status == 201
    assert await listed(desk) == []
    assert (await desk.put("tag:a,2026:1", url="http://127.0.0.1:808/ferry")).status == 201
    assert await listed(desk) == ["http://127.0.0.1:808/ferry"]


async def test_without_pages_there_is_nothing_to_list(open_desk: OpenDesk) -> None:
    desk = await open_desk('[pages]\ncontent = "none"\n')
    await desk.put()
    assert await listed(desk) == []


async def test_the_sitemap_holds_no_more_than_a_thousand_of_the_newest(desk: Desk) -> None:
    first, last = NOON - timedelta(hours=40), NOON
    for number in range(MOST_URLS):
        at = first + timedelta(seconds=number)
        await desk.put(f"tag:a,2026:{number}", title=f"Story {number}", published_at=at.isoformat())
    await desk.put(published_at=last.isoformat())
    found = await listed(desk)
    assert len(found) == MOST_URLS
    assert found[0] == PAGE
    assert "http://127.0.0.1:8080/articles/story-0" not in found


@pytest.mark.parametrize("path", ["/sitemap-news.xml", "/feeds.opml"])
async def test_who_holds_the_list_is_told_so(desk: Desk, path: str) -> None:
    await desk.put()
    answer, body = await desk.ask(path)
    held, nothing = await desk.ask(path, If_None_Match=answer.headers["ETag"])
    assert (held.status, nothing) == (304, b"")
    assert held.headers["ETag"] == answer.headers["ETag"]
    assert held.headers["Cache-Control"] == answer.headers["Cache-Control"]
    assert "max-age" in held.headers["Cache-Control"]
    head, nothing = await desk.ask(path, "HEAD")
    assert (head.headers["Content-Length"], nothing) == (str(len(body)), b"")


async def test_the_sitemap_gets_a_new_tag_with_a_retraction(desk: Desk) -> None:
    await desk.put()
    before, _ = await desk.ask("/sitemap-news.xml")
    await desk.retract()
    after, _ = await desk.ask("/sitemap-news.xml", If_None_Match=before.headers["ETag"])
    assert after.status == 200


async def test_the_list_of_feeds_is_opml_with_the_date_of_its_content(desk: Desk) -> None:
    answer, body = await desk.ask("/feeds.opml")
    assert answer.headers["Content-Type"] == "text/x-opml; charset=utf-8"
    found = etree.fromstring(body)
    assert found.get("version") == "2.0"
    assert parsedate_to_datetime(found.findtext("head/dateModified") or "") == NOON
    outlines = {each.get("title"): dict(each.attrib) for each in found.iterfind("body/outline")}
    assert set(outlines) == {"Latest", "World", "Harbour"}
    latest = {"type": "rss", "text": "Latest", "title": "Latest", "description": "Everything", "version": "RSS2"}
    addresses = {"xmlUrl": "http://127.0.0.1:8080/feeds/latest.rss", "htmlUrl": "http://127.0.0.1:8080/feeds/latest"}
    assert outlines["Latest"] == latest | addresses | {"language": "en-GB"}


async def test_the_list_of_feeds_changes_with_what_is_declared_and_not_with_the_news(desk: Desk) -> None:
    before, _ = await desk.ask("/feeds.opml")
    desk.clock.advance(timedelta(hours=1))
    await desk.put()
    assert (await desk.ask("/feeds.opml"))[0].headers["ETag"] == before.headers["ETag"]
    await adopt(desk.service.office, declared(desk.service, feeds={"sea": 'title = "Sea & <sky>"\n'}).declarations)
    _, body = await desk.ask("/feeds.opml")
    found = etree.fromstring(body)
    assert [each.get("text") for each in found.iterfind("body/outline")] == ["Sea & <sky>"]
    assert parsedate_to_datetime(found.findtext("head/dateModified") or "") == NOON + timedelta(hours=1)


async def test_what_is_listed_is_what_stands_at_its_address(desk: Desk) -> None:
    await desk.put(FERRY)
    [address] = await listed(desk)
    assert (await desk.client.get(address.removeprefix("http://127.0.0.1:8080"))).status == 200
