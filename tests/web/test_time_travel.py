"""Feeds as of a moment over HTTP: for operators, never cached, in words where a time is wrong."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from tests.web.desk import FERRY, Desk, body_of, problem_of

THEN = "2026-03-04T12:00:00Z"


@pytest.fixture
async def late(desk: Desk) -> Desk:
    """Return a paper whose one story changed a minute after it came."""
    await desk.put(title="Early")
    desk.clock.advance(timedelta(minutes=1))
    await desk.put(title="Late")
    return desk


async def test_an_operator_sees_a_feed_as_it_stood(late: Desk) -> None:
    answer = await late.api("GET", f"/feeds/latest.json?as_of={THEN}")
    document = json.loads(await answer.text())
    assert document["title"] == f"Latest (as of {THEN}, for operators only)"
    assert [each["title"] for each in document["items"]] == ["Early"]
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["Syndicate-Payload"] == "unknown (no digest kept)"
    assert "ETag" not in answer.headers


@pytest.mark.parametrize("name", ["rss", "atom", "json"])
async def test_what_readers_got_is_known_again(late: Desk, name: str) -> None:
    await late.ask(f"/feeds/latest.{name}")
    await late.service.editions.served.write()
    answer = await late.api("GET", f"/feeds/latest.{name}?as_of=2026-03-04T12:01:00Z")
    assert answer.headers["Syndicate-Payload"] == "same bytes as sent on 2026-03-04T12:01:00Z"


async def test_readers_have_no_past(late: Desk) -> None:
    answer, _ = await late.ask(f"/feeds/latest.json?as_of={THEN}")
    assert (answer.status, answer.headers["Cache-Control"]) == (401, "no-store")
    retracted = await late.new_token("write")
    assert (await late.api("GET", f"/feeds/latest.json?as_of={THEN}", token=retracted)).status == 200


async def test_the_past_is_never_served_for_the_present(late: Desk) -> None:
    await late.api("GET", f"/feeds/latest.json?as_of={THEN}")
    _, body = await late.ask("/feeds/latest.json")
    assert [each["title"] for each in json.loads(body)["items"]] == ["Late"]
    assert json.loads(body)["title"] == "Latest"


@pytest.mark.parametrize(
    ("at", "reason"),
    [
        ("2026-03-04T12:00:00", "offset"),
        ("2026-03-05T12:00:00Z", "future"),
        ("2026-03-03T12:00:00Z", "before the first article, which came at 2026-03-04T12:00:00Z"),
        ("yesterday", "RFC 3339"),
    ],
)
@pytest.mark.parametrize("path", ["/feeds/latest.rss", "/api/v1/feeds/latest"])
async def test_a_wrong_time_is_refused_with_its_reason(late: Desk, path: str, at: str, reason: str) -> None:
    problem = await problem_of(await late.api("GET", path, params={"as_of": at}), 400, "invalid_query")
    assert reason in problem["detail"]
    assert problem["violations"][0]["path"] == "as_of"


@pytest.mark.parametrize("path", ["/feeds/nowhere.rss", "/feeds/latest.pdf", "/api/v1/feeds/nowhere"])
async def test_what_is_no_feed_has_no_past(late: Desk, path: str) -> None:
    await problem_of(await late.api("GET", path, params={"as_of": THEN}), 404, "feed_not_found")


async def test_the_api_shows_entries_with_their_revisions(late: Desk) -> None:
    then = await body_of(await late.api("GET", f"/api/v1/feeds/latest?as_of={THEN}"), 200)
    now = await body_of(await late.api("GET", "/api/v1/feeds/latest"), 200)
    assert [(each["id"], each["revision"]) for each in then["entries"]] == [(FERRY, 1)]
    assert [(each["id"], each["revision"]) for each in now["entries"]] == [(FERRY, 2)]


async def test_the_api_tells_what_changed_between_two_moments(late: Desk) -> None:
    path = f"/api/v1/feeds/latest/diff?from={THEN}"
    [line] = (await body_of(await late.api("GET", path), 200))["differences"]
    assert (line["change"], line["revisions"], line["members"]) == ("changed", [1, 2], ["title", "updated_at"])
    await problem_of(await late.api("GET", "/api/v1/feeds/latest/diff"), 400, "invalid_query")
    wrong = await late.api("GET", f"/api/v1/feeds/latest/diff?from=2026-03-04T12:01:00Z&to={THEN}")
    await problem_of(wrong, 400, "invalid_query")
