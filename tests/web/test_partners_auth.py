"""Who may ask at /partners/<name>, how often, and what nobody learns there."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from tests.web.conftest import OpenDesk
from tests.web.desk import Desk, problem_of
from tests.web.polling import OLD_TOKEN, TOKEN, TOKENS, basic, bearer, pull

WEBHOOK = '[partners.pushed]\nurl = "http://127.0.0.1:9/in"\nsigning_secret = "env:PARTNER_SECRET"\n'
PATHS = ("feed.rss", "feed.atom", "feed.json", "changes", "")


@pytest.fixture
async def desk(open_desk: OpenDesk) -> Desk:
    return await open_desk(pull() + WEBHOOK, environ=TOKENS)


async def status(desk: Desk, path: str = "feed.rss", partner: str = "gazette", **options: Any) -> int:
    return (await desk.client.get(f"/partners/{partner}/{path}", **options)).status


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("token", [TOKEN, OLD_TOKEN])
async def test_both_tokens_open_every_address_in_three_ways(desk: Desk, path: str, token: str) -> None:
    assert await status(desk, path, headers=basic(token)) == 200
    assert await status(desk, path, headers=basic(token, user="")) == 200
    assert await status(desk, path, headers=bearer(token)) == 200
    assert await status(desk, path, params={"token": token}) == 200


@pytest.mark.parametrize("path", PATHS)
async def test_without_the_right_token_nothing_is_told(desk: Desk, path: str) -> None:
    await desk.put(title="Canary")
    asked: tuple[dict[str, Any], ...] = (
        {},
        {"headers": bearer("wrong")},
        {"headers": basic("wrong")},
        {"params": {"token": "wrong"}},
    )
    for options in asked:
        answer = await desk.client.get(f"/partners/gazette/{path}", **options)
        await problem_of(answer, 401, "unauthenticated")
        challenges = answer.headers.getall("WWW-Authenticate")
        assert [each.split()[0] for each in challenges] == ["Basic", "Bearer"]


@pytest.mark.parametrize("partner", ["nobody", "pushed"])
async def test_who_is_not_there_is_answered_like_who_shows_a_wrong_token(desk: Desk, partner: str) -> None:
    wrong = await desk.client.get("/partners/gazette/feed.rss", headers=bearer("wrong"))
    other = await desk.client.get(f"/partners/{partner}/feed.rss", headers=bearer("wrong"))
    assert (wrong.status, await wrong.text()) == (other.status, await other.text())
    assert await status(desk, partner=partner, headers=bearer("")) == 401
    assert await status(desk, partner=partner, params={"token": ""}) == 401


async def test_who_shows_wrong_tokens_has_to_wait_and_the_right_one_still_opens(desk: Desk) -> None:
    seen = [await status(desk, headers=bearer("wrong")) for _ in range(12)]
    assert (seen[0], seen[-1]) == (401, 429)
    assert await status(desk, headers=bearer(TOKEN)) == 200


async def test_a_partner_that_asks_faster_than_agreed_is_told_when_to_come_back(open_desk: OpenDesk) -> None:
    desk = await open_desk(pull().replace("1000/s", "2/m"), environ=TOKENS)
    assert [await status(desk, path, headers=bearer(TOKEN)) for path in ("feed.rss", "changes")] == [200, 200]
    answer = await desk.client.get("/partners/gazette/feed.atom", headers=bearer(TOKEN))
    await problem_of(answer, 429, "too_many_requests")
    assert 0 < int(answer.headers["Retry-After"]) <= 30


async def test_nothing_shared_keeps_what_is_a_partners_own(desk: Desk) -> None:
    for path in ("feed.rss", "feed.json", "changes"):
        answer = await desk.client.get(f"/partners/gazette/{path}", headers=bearer(TOKEN))
        assert answer.headers["Cache-Control"].startswith("private")
        assert "Authorization" in answer.headers["Vary"]


async def test_a_token_in_an_address_is_in_no_document_and_no_log(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="syndicate")
    await desk.put()
    for path in PATHS:
        answer = await desk.client.get(f"/partners/gazette/{path}", params={"token": TOKEN})
        assert TOKEN not in await answer.text()
        assert TOKEN not in str(answer.headers)
    assert TOKEN not in caplog.text


async def test_an_unknown_format_is_not_found_behind_the_token_only(desk: Desk) -> None:
    assert await status(desk, "feed.xyz", headers=bearer(TOKEN)) == 404
    assert await status(desk, "feed.xyz") == 401
