"""Listings of the API: every item once, page by page, and no cursor or limit that is not ours."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Any

import pytest

from tests.web.desk import Desk, body_of, problem_of


async def _pages(desk: Desk, path: str, **query: str) -> list[list[dict[str, Any]]]:
    pages: list[list[dict[str, Any]]] = []
    following: str | None = None
    while len(pages) < 20:
        more: dict[str, str] = {} if following is None else {"after": following}
        page = await body_of(await desk.api("GET", path, params=query | more), 200)
        pages.append(page["items"])
        if (following := page["next"]) is None:
            return pages
    raise AssertionError("the listing does not end")


async def test_a_listing_shows_every_article_once_the_last_changed_first(desk: Desk) -> None:
    for number in range(7):
        # Two changes in one instant, so that the cursor must tell them apart.
        desk.clock.advance(timedelta(seconds=number % 2))
        await desk.put(f"tag:harbour.example,2026:{number}", title=f"Story {number}")
    pages = await _pages(desk, "/api/v1/articles", limit="3")
    assert [each["title"] for page in pages for each in page] == [f"Story {number}" for number in range(6, -1, -1)]


async def test_a_listing_can_be_filtered_by_status(desk: Desk) -> None:
    await desk.put()
    await desk.put("tag:harbour.example,2026:gone")
    await desk.put("tag:harbour.example,2026:later", published_at="2026-03-05T12:00:00Z")
    await desk.retract("tag:harbour.example,2026:gone")
    for status, article_id in (("published", "ferry"), ("retracted", "gone"), ("scheduled", "later"), ("held", None)):
        found = await body_of(await desk.api("GET", "/api/v1/articles", params={"status": status}), 200)
        expected = [] if article_id is None else [f"tag:harbour.example,2026:{article_id}"]
        assert [each["id"] for each in found["items"]] == expected


async def test_the_journal_is_listed_the_newest_first_page_by_page(desk: Desk) -> None:
    for number in range(5):
        await desk.put(title=f"Title {number}")
    pages = await _pages(desk, "/api/v1/journal", limit="2")
    seqs = [each["seq"] for page in pages for each in page]
    assert seqs == sorted(seqs, reverse=True)
    assert len(seqs) == 5


LISTINGS = ("articles", "journal", "deliveries", "copies")
FOREIGN: tuple[Any, ...] = (
    [],
    ["x", 1],
    None,
    [[], {}],
    {"a": 1},
    ["2026-03-04T12:00:00", 1],
    [2**63],
    [True],
    ["a", "b", "c"],
)
FOREIGN_CURSORS = (
    *("x", "\u00e9", "W10=", "W" * 4000, ""),
    *(base64.urlsafe_b64encode(json.dumps(each).encode()).decode().rstrip("=") for each in FOREIGN),
    base64.urlsafe_b64encode(b"[" * 3000).decode(),
)


@pytest.mark.parametrize("listing", LISTINGS)
@pytest.mark.parametrize("after", FOREIGN_CURSORS)
async def test_a_cursor_that_is_not_ours_is_refused(desk: Desk, listing: str, after: str) -> None:
    answer = await desk.api("GET", f"/api/v1/{listing}", params={"after": after})
    await problem_of(answer, 400, "invalid_query")


@pytest.mark.parametrize("listing", LISTINGS)
@pytest.mark.parametrize("limit", ["0", "-1", "501", "x", "\u0661", "1e2", "", "9" * 5000])
async def test_a_limit_out_of_range_is_refused(desk: Desk, listing: str, limit: str) -> None:
    answer = await desk.api("GET", f"/api/v1/{listing}", params={"limit": limit})
    await problem_of(answer, 400, "invalid_query")


@pytest.mark.parametrize("query", ["status=new", "after=%FF", "url=%ED%A0%80", "id=%ED%A0%80", "id=%00", "url=%00"])
async def test_a_query_that_means_nothing_is_no_crash(desk: Desk, query: str) -> None:
    assert (await desk.api("GET", f"/api/v1/articles?{query}")).status in (400, 404)
