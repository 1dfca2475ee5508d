"""Every error is answered with a status that was meant and a document a program can read."""

from __future__ import annotations

import inspect
import json
import time
from typing import Any

import pytest
from aiohttp import web

from syndicate import errors
from syndicate.errors import InvalidRecordError, SyndicateError, Violation
from syndicate.parse.strict_json import MAX_DEPTH
from syndicate.web.problems import for_programs, problem, status_of
from tests.web.conftest import OpenDesk
from tests.web.desk import Client, Desk, article_path, problem_of

# What can only stop a start or a command; nothing a request does leads there.
NEVER_ANSWERED = {"LeaseLostError", "PortTakenError", "SyndicateError"}
ALL = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, SyndicateError)]
SECRET = "canary-5a1f"


def an_error(kind: type[SyndicateError]) -> SyndicateError:
    """Make an error of any class: `x` for every argument it demands."""
    parameters = [each for each in inspect.signature(kind.__init__).parameters.values() if each.name != "self"]
    demanded: list[inspect.Parameter] = [each for each in parameters if each.default is inspect.Parameter.empty]
    values: dict[str, Any] = {
        each.name: 7 if "int" in str(each.annotation) else OSError("x") if "Error" in str(each.annotation) else "x"
        for each in demanded
    }
    return kind(**values)


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
def test_every_error_has_a_status_of_its_own_choosing(kind: type[SyndicateError]) -> None:
    status = status_of(an_error(kind))
    assert 400 <= status < 600
    if kind.__name__ not in NEVER_ANSWERED:
        assert status != 500, f"{kind.__name__} stands in no row of STATUSES"


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
def test_every_error_is_told_as_a_problem_document(kind: type[SyndicateError]) -> None:
    response = problem(an_error(kind))
    assert isinstance(response.body, bytes)
    document = json.loads(response.body)
    assert response.content_type == "application/problem+json"
    assert {"type", "title", "status", "code", "detail", "remedy"} <= document.keys()
    assert document["status"] == response.status
    assert response.headers["Cache-Control"] == "no-store"
    assert ("Retry-After" in response.headers) == (response.status in (429, 503))
    assert ("WWW-Authenticate" in response.headers) == (kind is errors.UnauthenticatedError)


def test_codes_are_stable_names_and_no_two_errors_share_one() -> None:
    codes = [kind.code for kind in ALL]
    assert len(codes) == len(set(codes))
    assert all(code.replace("_", "").isalpha() and code.islower() for code in codes)


def test_a_message_that_utf_8_cannot_say_is_told_all_the_same() -> None:
    response = problem(InvalidRecordError("bad \ud800 value", [Violation("a\udfff", "x")]))
    assert isinstance(response.body, bytes)
    assert json.loads(response.body)["detail"] == "bad ? value"


async def test_a_bug_is_answered_without_a_word_of_what_it_was(
    aiohttp_client: Any, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(request: web.Request) -> web.Response:
        raise KeyError(SECRET)

    app = web.Application()
    app.router.add_get("/", for_programs(broken))
    client: Client = await aiohttp_client(app)
    answer = await client.get("/")
    await problem_of(answer, 500, "internal_error")
    assert SECRET not in await answer.text()
    assert "request.crashed" in caplog.text


# --- hostile bodies -------------------------------------------------------------------------------------------------

PICTURES = [{"url": f"https://a.example/{number}.jpg"} for number in range(600)]
HOSTILE = {
    "deep nesting": (b"[" * 100_000, 400),
    "deep objects": (b'{"a":' * 100_000, 400),
    "deep extensions": (b'{"title":"x","extensions":' + b'{"a":' * MAX_DEPTH + b"1" + b"}" * MAX_DEPTH + b"}", 400),
    "repeated keys": (b'{"title":"a","title":"b"}', 400),
    "NaN": (b'{"title":"x","extensions":{"a":NaN}}', 400),
    "infinity": (b'{"title":"x","extensions":{"a":1e999}}', 400),
    "lone surrogate": (b'{"title":"\\ud800"}', 400),
    "surrogate in a key": (b'{"title":"x","extensions":{"\\udfff":1}}', 400),
    "surrogate bytes": (b'{"title":"\xed\xa0\x80"}', 400),
    "latin-1": (b'{"title":"caf\xe9"}', 400),
    "nothing": (b"", 400),
    "two values": (b"{} {}", 400),
    "a million digits": (b'{"title":"x","urgency":' + b"9" * 1_000_000 + b"}", 400),
    "a big number": (b'{"title":"x","urgency":' + b"9" * 200 + b"}", 422),
    "no object": (b'["title"]', 422),
    "a million markup brackets": (json.dumps({"title": "x", "body_html": "<" * 1_000_000}).encode(), 422),
    "too many images": (json.dumps({"title": "x", "images": PICTURES}).encode(), 422),
    "polluted names": (b'{"title":"x","__proto__":{},"constructor":1,"model_config":{}}', 422),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
async def test_hostile_json_is_refused_fast_and_stores_nothing(desk: Desk, name: str) -> None:
    body, status = HOSTILE[name]
    before = await desk.state()
    began = time.perf_counter()
    answer = await desk.api("PUT", article_path(), data=body)
    took = time.perf_counter() - began
    assert answer.status == status, await answer.text()
    assert answer.content_type == "application/problem+json"
    assert took < 1.0
    assert await desk.state() == before


async def test_control_characters_are_cleaned_or_refused_and_never_shown(desk: Desk) -> None:
    body = json.dumps(
        {"title": "a\x00\x0b\x1fb\uffff", "body_html": "<p>c\x00\x08d\ufffe</p>", "summary": "e\x85\u2028f"}
    )
    answer = await desk.api("PUT", article_path(), data=body.encode())
    assert answer.status in (201, 422)
    for name in ("rss", "atom", "json"):
        document = await (await desk.client.get(f"/feeds/latest.{name}")).read()
        assert not any(
            bad in document for bad in (b"\x00", b"\x0b", b"\x1f", b"\x08", b"\xef\xbf\xbf", b"\xef\xbf\xbe")
        )


async def test_no_error_tells_what_the_secrets_are(open_desk: OpenDesk) -> None:
    extra = (
        '[upstreams.wire]\nkind = "push"\nsigning_secret = "env:PARTNER_SECRET"\n'
        '[partners.gazette]\nconnector = "webhook"\nurl = "https://gazette.example/hook?key=canary-5a1f"\n'
        'signing_secret = "env:PARTNER_SECRET"\n'
    )
    desk = await open_desk(extra)
    secrets = [desk.token, SECRET, *desk.service.loaded.secrets.upstream("wire", "signing_secret")]
    answers = [
        await desk.client.post("/inbound/wire", data=b"{}", headers={"webhook-id": "x"}),
        await desk.api("GET", "/api/v1/partners"),
        await desk.api("GET", "/api/v1/upstreams"),
        await desk.api("GET", "/api/v1/feeds"),
        await desk.api("GET", "/api/v1/articles?limit=0"),
        await desk.client.get("/api/v1/articles", headers={"Authorization": f"Bearer {desk.token}x"}),
        await desk.client.get("/metrics"),
        await desk.client.get("/readyz"),
    ]
    for answer in answers:
        text = await answer.text() + str(answer.headers)
        assert not any(secret.removeprefix("whsec_") in text for secret in secrets)
