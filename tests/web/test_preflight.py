"""What a browser asks of a feed's address before a script of another site may send a condition along."""

from __future__ import annotations

import pytest

from tests.web.desk import FEED_PATHS, Desk, problem_of

ASKED = {
    "Origin": "https://reader.example",
    "Access-Control-Request-Method": "GET",
    "Access-Control-Request-Headers": "a-im,if-none-match",
}


def listed(value: str) -> set[str]:
    return {each.strip().lower() for each in value.split(",")}


@pytest.mark.parametrize("path", [*FEED_PATHS, "/feeds/later.rss"])
async def test_a_script_of_another_site_may_ask_for_a_feed_with_a_condition(desk: Desk, path: str) -> None:
    answer = await desk.client.options(path, headers=ASKED)
    assert (answer.status, await answer.read()) == (204, b"")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert listed(answer.headers["Access-Control-Allow-Methods"]) == {"get", "head", "options"}
    assert listed(answer.headers["Access-Control-Allow-Headers"]) == {"if-none-match", "if-modified-since", "a-im"}
    assert int(answer.headers["Access-Control-Max-Age"]) >= 600
    assert answer.headers["Server"] == "syndicate"


@pytest.mark.parametrize("path", ["/feeds/latest", "/feeds/latest.txt", "/feeds/a/b.rss", "/api/v1/articles"])
async def test_only_feeds_are_open_to_scripts(desk: Desk, path: str) -> None:
    answer = await desk.client.options(path, headers=ASKED)
    assert answer.status in (404, 405)
    assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize("path", FEED_PATHS[:3])
async def test_who_sends_a_feed_another_method_is_told_which_there_are(desk: Desk, path: str) -> None:
    answer = await desk.client.post(path)
    await problem_of(answer, 405, "method_not_allowed")
    assert listed(answer.headers["Allow"]) == {"get", "head", "options"}
