"""Idempotency-Key: a repeated request is answered as the first was, and does nothing."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from syndicate.actions import tokens
from tests.papers import a_paper
from tests.web.desk import FERRY, Desk, a_record, article_path, body_of, problem_of

KEY = {"Idempotency-Key": "press-1"}


async def test_the_same_request_again_is_answered_as_the_first_was(desk: Desk) -> None:
    first = await desk.api("POST", "/api/v1/articles", json=a_record(), headers=KEY)
    before = await desk.state()
    second = await desk.api("POST", "/api/v1/articles", json=a_record(), headers=KEY)
    assert await body_of(second, 201) == await body_of(first, 201)
    assert second.headers["ETag"] == first.headers["ETag"]
    assert ("Idempotency-Replayed" in first.headers, second.headers["Idempotency-Replayed"]) == (False, "true")
    assert await desk.state() == before


OTHERS: list[dict[str, Any]] = [
    {"json": a_record(title="Other")},
    {"params": {"dry_run": "false"}},
    {"headers": {"If-Match": '"1"'}},
]


@pytest.mark.parametrize("change", OTHERS)
async def test_another_request_under_the_same_key_is_refused(desk: Desk, change: dict[str, Any]) -> None:
    await desk.put(headers=KEY)
    before = await desk.state()
    options = {"json": a_record()} | change
    answer = await desk.api("PUT", article_path(), **options | {"headers": KEY | change.get("headers", {})})
    await problem_of(answer, 422, "idempotency_key_reused")
    assert await desk.state() == before


async def test_a_key_means_nothing_to_another_token(desk: Desk) -> None:
    await desk.put(headers=KEY)
    answer = await desk.api(
        "PUT", article_path(), json=a_record(title="Other"), headers=KEY, token=await desk.new_token("write")
    )
    assert (await body_of(answer, 200))["outcome"] == "changed"


async def test_a_refused_request_does_not_use_up_its_key(desk: Desk) -> None:
    await problem_of(await desk.put(title="", headers=KEY), 422, "invalid_record")
    await problem_of(await desk.put(headers=KEY | {"If-Match": '"7"'}), 412, "revision_mismatch")
    assert (await desk.put(headers=KEY)).status == 201


async def test_a_retraction_repeated_under_its_key_is_answered_as_the_first(desk: Desk) -> None:
    await desk.put()
    answers = [
        await desk.api("DELETE", article_path(), params={"reason": "x"}, headers=KEY),
        await desk.restore(),
        await desk.api("DELETE", article_path(), params={"reason": "x"}, headers=KEY),
    ]
    assert [(await body_of(answer, 200))["status"] for answer in answers] == ["retracted", "published", "retracted"]
    # The second press of a button long ago takes nothing down today.
    assert (await desk.shown())["status"] == "published"


async def test_a_key_outlives_a_restart(tmp_path: Path) -> None:
    token, bodies = "", []
    for _ in range(2):
        async with a_paper(tmp_path) as service, TestClient(TestServer(service.web_app())) as client:
            token = token or await tokens.create(service.office, "desk", frozenset({"write"}))
            headers = KEY | {"Authorization": f"Bearer {token}"}
            answer = await client.put(article_path(), json=a_record(), headers=headers)
            bodies.append(await body_of(answer, 201))
    assert bodies[0] == bodies[1]


async def test_of_many_at_once_under_one_key_one_is_done(desk: Desk) -> None:
    answers = await asyncio.gather(
        *(desk.api("POST", "/api/v1/articles", json=a_record(), headers=KEY) for _ in range(20))
    )
    documents = [await body_of(answer, 201) for answer in answers]
    assert len({document["id"] for document in documents}) == 1
    assert sum("Idempotency-Replayed" not in answer.headers for answer in answers) == 1
    assert len((await body_of(await desk.api("GET", "/api/v1/articles"), 200))["items"]) == 1


@pytest.mark.parametrize("key", ["", "x" * 256])
async def test_a_key_that_is_empty_or_too_long_is_refused(desk: Desk, key: str) -> None:
    await problem_of(await desk.put(headers={"Idempotency-Key": key}), 400, "invalid_query")
    answer = await desk.api("GET", article_path(FERRY))
    assert answer.status == 404
