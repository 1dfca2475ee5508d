"""The pages over HTTP: fresh, safe, and silent about what was withdrawn."""

from __future__ import annotations

from datetime import timedelta

import pytest

from syndicate.actions.erase import erase
from syndicate.actions.release import keep_time
from tests.web.conftest import OpenDesk
from tests.web.desk import FERRY, Desk

PAGES = ("/", "/feeds", "/feeds/harbour", "/articles/new-ferry-sails-on-time")
ADDRESSES = (*PAGES, "/feeds.opml", "/feeds/latest.rss", "/feeds/latest.json", "/healthz", "/readyz", "/metrics",
             "/nowhere", "/articles/none", "/media/none.jpg", "/static/none", "/api/v1/articles", "/api/v1/none",
             "/inbound/wire", "/feeds/none.rss")  # fmt: skip


@pytest.mark.parametrize("path", ADDRESSES)
async def test_every_answer_keeps_browsers_from_guessing_and_names_no_program(desk: Desk, path: str) -> None:
    await desk.put()
    answer = await desk.client.get(path)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Server"] == "syndicate"
    assert not {"X-Powered-By", "Set-Cookie"} & answer.headers.keys()


@pytest.mark.parametrize("path", [*PAGES, "/nowhere", "/articles/none", "/static/none"])
async def test_every_page_forbids_scripts_and_frames(desk: Desk, path: str) -> None:
    await desk.put()
    answer = await desk.client.get(path)
    assert answer.content_type == "text/html"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "script-src" not in policy
    assert "unsafe-inline" not in policy


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_is_asked_for_again_each_time_and_sent_only_when_it_changed(desk: Desk, path: str) -> None:
    await desk.put()
    first = await desk.client.get(path)
    assert "no-cache" in first.headers["Cache-Control"]
    tag = {"If-None-Match": first.headers["ETag"]}
    again = await desk.client.get(path, headers=tag)
    assert (again.status, await again.read()) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    await desk.put(title="Old ferry sails", summary="Late")
    changed = await desk.client.get(path, headers=tag)
    assert changed.status == (304 if path == "/feeds" else 200)


@pytest.mark.parametrize("path", [*PAGES, "/feeds.opml", "/nowhere"])
async def test_head_of_a_page_is_get_without_the_body(desk: Desk, path: str) -> None:
    await desk.put()
    got, head = await desk.client.get(path), await desk.client.head(path)
    assert (head.status, await head.read()) == (got.status, b"")
    assert {k: v for k, v in head.headers.items() if k != "Date"} == {
        k: v for k, v in got.headers.items() if k != "Date"
    }


async def test_a_page_names_the_canonical_address(desk: Desk) -> None:
    await desk.put(url="https://paper.example/2026/f\u00e4hre")
    answer = await desk.client.get(PAGES[-1])
    assert answer.headers["Link"] == '<https://paper.example/2026/f%C3%A4hre>; rel="canonical"'


async def test_a_retracted_article_is_gone_at_once_with_its_note_and_without_its_words(desk: Desk) -> None:
    await desk.put(summary="Canary summary", images=[{"url": "https://a.example/canary.jpg", "caption": "Canary"}])
    tag = (await desk.client.get(PAGES[-1])).headers["ETag"]
    await desk.retract(public_note="The ferry never <b>sailed</b>.", reason="Secret quarrel")
    answer = await desk.client.get(PAGES[-1], headers={"If-None-Match": tag})
    text = await answer.text()
    assert (answer.status, answer.headers["Cache-Control"]) == (410, "no-cache")
    assert "The ferry never &lt;b&gt;sailed&lt;/b&gt;." in text
    assert not any(word in text for word in ("New ferry", "Canary", "canary", "Secret quarrel"))
    for path in PAGES[:-1]:
        assert "New ferry" not in await (await desk.client.get(path)).text()


async def test_an_erased_article_shows_nothing_not_even_its_note(desk: Desk) -> None:
    await desk.put()
    await desk.retract(public_note="Canary note")
    await erase(desk.service.office, desk.service.pictures, FERRY, case="Canary case")
    answer = await desk.client.get(PAGES[-1])
    assert answer.status in (404, 410)
    assert "Canary" not in await answer.text()
    shown = await (await desk.api("GET", "/api/v1/articles", params={"id": FERRY})).text()
    assert "Canary" not in shown
    assert "New ferry" not in shown


async def test_an_expired_article_is_gone_at_its_instant(desk: Desk) -> None:
    await desk.put(expires_at="2026-03-04T13:00:00Z")
    assert (await desk.client.get(PAGES[-1])).status == 200
    desk.clock.advance(timedelta(hours=1))
    await keep_time(desk.service.office)
    answer = await desk.client.get(PAGES[-1])
    assert answer.status == 410
    assert "New ferry" not in await answer.text()


async def test_a_restored_article_is_back(desk: Desk) -> None:
    await desk.put()
    await desk.retract()
    await desk.restore()
    assert (await desk.client.get(PAGES[-1])).status == 200


@pytest.mark.parametrize("content", ["full", "summary", "none"])
async def test_a_paper_chooses_how_much_its_pages_show(open_desk: OpenDesk, content: str) -> None:
    desk = await open_desk(f'[pages]\ncontent = "{content}"\n', folder=content)
    await desk.put(body_html="<p>Canary of the body</p>", summary="Canary of the summary")
    answer = await desk.client.get(PAGES[-1])
    text = await answer.text()
    assert answer.status == (404 if content == "none" else 200)
    assert ("Canary of the body" in text) == (content == "full")
    assert ("Canary of the summary" in text) == (content != "none")


@pytest.mark.parametrize("path", ["/articles/%00", "/articles/..%2f..", "/articles/" + "a" * 200, "/%ff", "/feeds/%00",
                                  "/feeds/..%2f", "/static/..%2fapp.py", "/articles/A"])  # fmt: skip
async def test_an_address_nobody_made_is_a_404_page(desk: Desk, path: str) -> None:
    assert (await desk.client.get(path)).status == 404


async def test_no_page_takes_its_addresses_from_the_request(desk: Desk) -> None:
    await desk.put()
    headers = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "gopher"}
    for path in (*PAGES, "/feeds.opml"):
        assert "evil.example" not in await (await desk.client.get(path, headers=headers)).text()
