"""/api/v1/articles: what is written is kept, shown and listed as the contract says."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest

from tests.web.desk import FERRY, Desk, a_record, article_path, body_of, problem_of

STRANGE_IDS = [
    "https://harbour.example/2026/ferry?part=1&x=%20y",
    "https://harbour.example/articles/ferry/restore",
    "urn:uuid:2f4e0d0a-52b7-4d7c-9c1b-8f3f7c1c2d11",
    "tag:harbour.example,2026:caf%C3%A9#1",
]
SET_BY_THE_SERVICE = {"revision", "status", "slug", "seq"}


async def test_a_post_creates_an_article_and_mints_its_id(desk: Desk) -> None:
    answer = await desk.api("POST", "/api/v1/articles", json=a_record())
    made = await body_of(answer, 201)
    assert made["id"].startswith("tag:")
    assert (made["revision"], made["status"], made["outcome"]) == (1, "published", "created")
    assert answer.headers["ETag"] == '"1"'


async def test_a_post_of_a_known_id_is_refused(desk: Desk) -> None:
    await desk.put()
    answer = await desk.api("POST", "/api/v1/articles", json=a_record(id=FERRY, title="Other"))
    await problem_of(answer, 409, "article_exists")
    assert (await desk.shown())["title"] == "New ferry sails on time"


async def test_a_put_creates_then_changes_then_finds_nothing_to_change(desk: Desk) -> None:
    outcomes = []
    for title, status in (("One", 201), ("Two", 200), ("Two", 200)):
        document = await body_of(await desk.put(title=title), status)
        outcomes.append((document["outcome"], document["revision"]))
    assert outcomes == [("created", 1), ("changed", 2), ("unchanged", 2)]


async def test_the_same_content_again_makes_no_revision_and_no_journal_row(desk: Desk) -> None:
    await desk.put()
    before = await desk.state()
    desk.clock.advance(timedelta(minutes=1))
    assert (await body_of(await desk.put(), 200))["outcome"] == "unchanged"
    assert await desk.state() == before


@pytest.mark.parametrize("article_id", STRANGE_IDS)
async def test_an_id_of_any_shape_can_be_written_read_retracted_and_restored(desk: Desk, article_id: str) -> None:
    assert (await body_of(await desk.put(article_id), 201))["id"] == article_id
    assert (await desk.shown(article_id))["id"] == article_id
    by_query = await desk.api("GET", "/api/v1/articles", params={"id": article_id})
    assert (await body_of(by_query, 200))["id"] == article_id
    assert (await body_of(await desk.retract(article_id), 200))["status"] == "retracted"
    assert (await body_of(await desk.restore(article_id), 200))["status"] == "published"


async def test_an_id_with_slashes_need_not_be_percent_encoded(desk: Desk) -> None:
    article_id = "tag:harbour.example,2026:boats/restore"
    await desk.put(article_id)
    assert (await body_of(await desk.api("GET", f"/api/v1/articles/{article_id}"), 200))["id"] == article_id


async def test_an_article_is_found_changed_and_retracted_by_its_url(desk: Desk) -> None:
    url = "https://harbour.example/2026/ferry"
    await desk.put(url=url)
    address = f"/api/v1/articles?url={quote(url, safe='')}"
    assert (await body_of(await desk.api("GET", address), 200))["id"] == FERRY
    changed = await desk.api("PUT", address, json=a_record(url=url, title="Changed"))
    assert (await body_of(changed, 200))["id"] == FERRY
    assert (await body_of(await desk.api("DELETE", f"{address}&reason=x"), 200))["status"] == "retracted"


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
async def test_a_write_that_names_no_article_says_so(desk: Desk, method: str) -> None:
    await problem_of(await desk.api(method, "/api/v1/articles?reason=x", json=a_record()), 400, "invalid_query")


@pytest.mark.parametrize("article_id", ["tag:harbour.example,2026:none", "no uri", "%00", "\u202e"])
async def test_an_article_that_is_not_there_is_a_404(desk: Desk, article_id: str) -> None:
    for method, suffix in (("GET", ""), ("DELETE", "?reason=x"), ("POST", "/restore")):
        await problem_of(await desk.api(method, article_path(article_id) + suffix), 404, "article_not_found")


async def test_a_body_with_another_id_than_the_address_is_refused(desk: Desk) -> None:
    found = await problem_of(await desk.put(id="tag:harbour.example,2026:other"), 422, "invalid_record")
    assert found["violations"][0]["path"] == "id"


# --- revisions ------------------------------------------------------------------------------------------------------


async def test_a_change_meant_for_another_revision_changes_nothing(desk: Desk) -> None:
    await desk.put(title="One")
    await desk.put(title="Two")
    before = await desk.state()
    answer = await desk.put(title="Three", headers={"If-Match": '"1"'})
    await problem_of(answer, 412, "revision_mismatch")
    assert await desk.state() == before
    assert (await body_of(await desk.put(title="Three", headers={"If-Match": '"2"'}), 200))["revision"] == 3


async def test_if_match_on_what_is_not_there_is_refused(desk: Desk) -> None:
    await problem_of(await desk.put(headers={"If-Match": '"1"'}), 412, "revision_mismatch")


@pytest.mark.parametrize("tag", ["1", '"x"', 'W/"1"', '"1", "2"', '"-1"'])
async def test_if_match_that_is_no_revision_is_refused(desk: Desk, tag: str) -> None:
    await problem_of(await desk.put(headers={"If-Match": tag}), 400, "invalid_query")


@pytest.mark.parametrize(("tag", "status"), [('"1"', 304), ('W/"1"', 304), ('"9", "1"', 304), ("*", 304), ('"2"', 200)])
async def test_a_reader_that_has_the_revision_is_told_so(desk: Desk, tag: str, status: int) -> None:
    await desk.put()
    answer = await desk.api("GET", article_path(), headers={"If-None-Match": tag})
    assert (answer.status, answer.headers["ETag"]) == (status, '"1"')


# --- times ----------------------------------------------------------------------------------------------------------


async def test_an_older_updated_at_changes_nothing_and_says_so(desk: Desk) -> None:
    await desk.put(title="New", published_at="2026-03-04T08:00:00Z", updated_at="2026-03-04T11:00:00Z")
    before = await desk.state()
    answer = await desk.put(title="Old", published_at="2026-03-04T08:00:00Z", updated_at="2026-03-04T10:59:59Z")
    assert (await body_of(answer, 200))["outcome"] == "stale"
    assert await desk.state() == before


async def test_an_equal_updated_at_counts_in_the_order_of_arrival(desk: Desk) -> None:
    times = {"published_at": "2026-03-04T08:00:00Z", "updated_at": "2026-03-04T11:00:00Z"}
    await desk.put(title="First", **times)
    assert (await body_of(await desk.put(title="Second", **times), 200))["outcome"] == "changed"
    assert (await desk.shown())["title"] == "Second"


@pytest.mark.parametrize("key", ["published_at", "updated_at", "embargo_until", "expires_at"])
@pytest.mark.parametrize("value", ["2026-03-04T12:00:00", "2026-03-04", "yesterday", 1772625600, None])
async def test_a_time_without_an_offset_is_refused_by_the_name_of_its_key(desk: Desk, key: str, value: Any) -> None:
    if value is None:
        assert (await desk.put(**{key: value})).status == 201
        return
    found = await problem_of(await desk.put(**{key: value}), 422, "invalid_record")
    assert [violation["path"] for violation in found["violations"]] == [key]


async def test_an_updated_at_more_than_ten_minutes_ahead_is_refused(desk: Desk) -> None:
    await problem_of(await desk.put(updated_at="2026-03-04T12:10:01Z"), 422, "invalid_record")
    await body_of(await desk.put(updated_at="2026-03-04T12:10:00Z"), 201)


# --- rules ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "path", "reason"),
    [
        ({"titel": "x"}, "titel", "did you mean title?"),
        ({"images": [{"url": "https://a.example/1.jpg", "captoin": "x"}]}, "images.0.captoin", "did you mean caption?"),
        ({"zzz": 1}, "zzz", "extensions"),
        ({"urgency": 9}, "urgency", "8"),
        ({"url": "javascript:alert(1)"}, "url", ""),
        ({"images": [{"url": "data:image/png;base64,AA"}]}, "images.0.url", ""),
        ({"title": ""}, "title", "empty"),
        ({"title": 7}, "title", "string"),
        ({"categories": [{"label": "x"}]}, "categories.0.term", "required"),
    ],
)  # fmt: skip
async def test_a_violation_names_its_key_and_its_reason(
    desk: Desk, change: dict[str, Any], path: str, reason: str
) -> None:
    before = await desk.state()
    found = await problem_of(await desk.put(**change), 422, "invalid_record")
    assert [violation["path"] for violation in found["violations"]] == [path]
    assert reason in found["violations"][0]["reason"]
    assert await desk.state() == before


async def test_every_violation_is_told_at_once(desk: Desk) -> None:
    found = await problem_of(await desk.put(title=None, urgency=0, colour="red"), 422, "invalid_record")
    assert {violation["path"] for violation in found["violations"]} == {"title", "urgency", "colour"}


async def test_what_sanitising_changed_is_listed(desk: Desk) -> None:
    made = await body_of(await desk.put(body_html="<p>Hi<script>alert(1)</script></p>"), 201)
    assert "script" not in made["body_html"]
    assert made["notices"][0]["path"] == "body_html"


async def test_a_new_note_makes_a_correction_and_the_notes_are_kept(desk: Desk) -> None:
    await desk.put()
    kinds = []
    for title, note in (("A", "It was 9."), ("B", "It was 9."), ("C", "It was 10.")):
        desk.clock.advance(timedelta(minutes=1))
        await desk.put(title=title, correction=note)
        journal = (await (await desk.api("GET", "/api/v1/journal")).json())["items"]
        kinds.append(journal[0]["kind"])
    assert kinds == ["corrected", "updated", "corrected"]
    assert [each["note"] for each in (await desk.shown())["corrections"]] == ["It was 9.", "It was 10."]


async def test_an_embargo_is_refused_once_readers_have_the_article(desk: Desk) -> None:
    await desk.put()
    before = await desk.state()
    await problem_of(await desk.put(embargo_until="2026-03-05T12:00:00Z"), 409, "already_released")
    assert await desk.state() == before


async def test_an_article_whose_embargo_has_passed_can_be_written_back(desk: Desk) -> None:
    await desk.put(embargo_until="2026-03-04T11:00:00Z")
    assert (await body_of(await desk.put(title="Changed", embargo_until="2026-03-04T11:00:00Z"), 200))["revision"] == 2


async def test_a_retracted_article_and_its_url_are_closed_until_it_is_restored(desk: Desk) -> None:
    url = "https://harbour.example/2026/ferry"
    await desk.put(url=url)
    await desk.retract()
    await problem_of(await desk.put(title="Again", url=url), 409, "article_retracted")
    other = "tag:harbour.example,2026:other"
    await problem_of(await desk.put(other, url=url), 409, "article_retracted")
    for named in ({"url": url}, {"id": FERRY}, {"id": other, "url": url}):
        posted = await desk.api("POST", "/api/v1/articles", json=a_record(**named))
        await problem_of(posted, 409, "article_retracted")
    assert (await desk.restore()).status == 200
    assert (await body_of(await desk.put(title="Again", url=url), 200))["outcome"] == "changed"


@pytest.mark.parametrize("query", [{}, {"reason": ""}, {"reason": "  "}, {"public_note": "gone"}])
async def test_a_retraction_without_a_reason_is_refused(desk: Desk, query: dict[str, str]) -> None:
    await desk.put()
    answer = await desk.api("DELETE", article_path(), params=query)
    assert (await problem_of(answer, 400, "invalid_query"))["violations"][0]["path"] == "reason"
    assert (await desk.shown())["status"] == "published"


async def test_a_second_retraction_changes_nothing(desk: Desk) -> None:
    await desk.put()
    await desk.retract()
    before = await desk.state()
    assert (await body_of(await desk.retract(reason="again"), 200))["outcome"] == "unchanged"
    assert await desk.state() == before


async def test_only_a_retracted_article_can_be_restored(desk: Desk) -> None:
    await desk.put()
    await problem_of(await desk.restore(), 409, "not_retracted")


# --- rehearsals -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/api/v1/articles", 201),
        ("PUT", article_path(), 200),
        ("PUT", article_path("tag:harbour.example,2026:new"), 201),
        ("DELETE", article_path(), 200),
    ],
)
async def test_a_dry_run_answers_as_the_write_would_and_changes_nothing(
    desk: Desk, method: str, path: str, status: int
) -> None:
    await desk.put()
    before = await desk.state()
    query = {"dry_run": "true", "reason": "x"}
    headers = {"Idempotency-Key": "once"}
    answer = await desk.api(method, path, params=query, headers=headers, json=a_record(title="Rehearsed"))
    assert answer.status == status
    assert await desk.state() == before
    real = await desk.api(method, path, params={"reason": "x"}, headers=headers, json=a_record(title="Rehearsed"))
    assert (real.status, "Idempotency-Replayed" in real.headers) == (status, False)


async def test_a_dry_run_that_is_neither_true_nor_false_is_refused(desk: Desk) -> None:
    answer = await desk.api("PUT", article_path() + "?dry_run=yes", json=a_record())
    await problem_of(answer, 400, "invalid_query")
