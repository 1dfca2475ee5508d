"""/inbound: only what an upstream signed, each event once, in its order, and only the upstream's own stories."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from aiohttp import ClientResponse
from standardwebhooks import Webhook

from syndicate.actions.claim import Room, claim
from syndicate.actions.release import release
from syndicate.actions.retract import retract
from tests.builders import NOON
from tests.events import a_test_event, an_event
from tests.papers import SECRET
from tests.web.conftest import OpenDesk
from tests.web.desk import FEED_PATHS, FERRY, Desk, body_of, problem_of

PUSH = '[upstreams.{name}]\nkind = "push"\nsigning_secret = "env:PARTNER_SECRET"\npublish = "{publish}"\n'
OTHER_SECRET = "whsec_" + "B" * 43 + "="
NUMBERS = count(1)


@pytest.fixture
async def desk(open_desk: OpenDesk) -> Desk:
    """A paper with two upstreams that push, and one that is read as a feed."""
    feed = '[upstreams.polled]\nkind = "feed"\nurl = "https://wire.example/feed.atom"\n'
    both = PUSH.format(name="wire", publish="auto") + PUSH.format(name="other", publish="auto")
    return await open_desk(both + feed)


async def send(
    desk: Desk,
    event: dict[str, Any] | bytes,
    *,
    upstream: str = "wire",
    delivery_id: str | None = None,
    secret: str = SECRET,
    at: datetime = NOON,
    **headers: str,
) -> ClientResponse:
    """Deliver as the standard's own library signs."""
    body = event if isinstance(event, bytes) else json.dumps(event).encode()
    delivery_id = f"msg_{next(NUMBERS)}" if delivery_id is None else delivery_id
    signed = {
        "webhook-id": delivery_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(delivery_id, at, body.decode("utf-8", "replace")),
    }
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await desk.client.post(f"/inbound/{upstream}", data=body, headers=signed | named)


def published(*, seq: int = 1, kind: str = "article.published", **changes: Any) -> dict[str, Any]:
    event = an_event(kind, seq=seq)
    event["data"]["article"] |= {"source": {"name": "Wire", "url": "https://wire.example/"}} | changes
    return event


def retracted(*, seq: int, cause: str = "retracted") -> dict[str, Any]:
    return an_event("article.retracted", seq=seq, cause=cause)


async def result(answer: ClientResponse) -> str:
    return str((await body_of(answer, 200))["result"])


async def test_a_signed_delivery_is_published_and_answered_with_the_address_of_the_copy(desk: Desk) -> None:
    document = await body_of(await send(desk, published()), 200)
    assert document["result"] == "created"
    page = await desk.client.get("/articles/" + document["url"].rpartition("/")[2])
    assert page.status == 200
    assert "Posted on" in await page.text()


async def test_a_test_event_is_answered_and_stores_nothing(desk: Desk) -> None:
    before = await desk.state()
    assert await result(await send(desk, a_test_event())) == "test"
    assert await desk.state() == before


# --- signatures -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        {"secret": OTHER_SECRET},
        {"at": NOON - timedelta(minutes=5, seconds=1)},
        {"at": NOON + timedelta(minutes=5, seconds=1)},
        {"webhook_id": "msg_another"},
        {"webhook_id": ""},
        {"delivery_id": ""},
        {"delivery_id": "x" * 256},
        {"webhook_timestamp": "1772625601"},
        {"webhook_timestamp": "now"},
        {"webhook_timestamp": ""},
        {"webhook_signature": ""},
        {"webhook_signature": "v1,"},
        {"webhook_signature": "v2,AAAA"},
        {"webhook_signature": "caf\u00e9"},
    ],
    ids=str,
)
async def test_what_is_not_signed_right_is_refused_and_stores_nothing(desk: Desk, wrong: dict[str, Any]) -> None:
    before = await desk.state()
    await problem_of(await send(desk, published(), **wrong), 401, "bad_signature")
    assert await desk.state() == before


async def test_an_unsigned_delivery_is_refused(desk: Desk) -> None:
    await problem_of(await desk.client.post("/inbound/wire", json=published()), 401, "bad_signature")


async def test_a_delivery_with_one_changed_byte_is_refused(desk: Desk) -> None:
    body = json.dumps(published()).encode()
    delivery_id = "msg_tampered"
    signature = Webhook(SECRET).sign(delivery_id, NOON, body.decode())
    headers = {
        "webhook-id": delivery_id,
        "webhook-timestamp": str(int(NOON.timestamp())),
        "webhook-signature": signature,
    }
    answer = await desk.client.post("/inbound/wire", data=body.replace(b"ferry", b"merry"), headers=headers)
    await problem_of(answer, 401, "bad_signature")


async def test_a_token_of_the_api_does_not_sign(desk: Desk) -> None:
    await problem_of(await desk.api("POST", "/inbound/wire", json=published()), 401, "bad_signature")


@pytest.mark.parametrize("upstream", ["nobody", "polled"])
async def test_an_address_of_no_pushing_upstream_is_a_404(desk: Desk, upstream: str) -> None:
    await problem_of(await send(desk, published(), upstream=upstream), 404, "upstream_not_found")


# --- order ----------------------------------------------------------------------------------------------------------


async def test_a_delivery_that_comes_again_is_applied_once(desk: Desk) -> None:
    first = await body_of(await send(desk, published(), delivery_id="msg_same"), 200)
    before = await desk.state()
    again = await body_of(await send(desk, published(title="Changed", seq=9), delivery_id="msg_same"), 200)
    assert (again["result"], again["url"]) == ("seen", first["url"])
    assert await desk.state() == before


async def test_an_older_event_changes_nothing(desk: Desk) -> None:
    await send(desk, published(seq=5, title="Newer"))
    before = await desk.state()
    assert await result(await send(desk, published(seq=4, title="Older"))) == "stale"
    assert await result(await send(desk, retracted(seq=3))) == "stale"
    assert await desk.state() == before


async def test_a_newer_event_counts_though_its_updated_at_is_older(desk: Desk) -> None:
    await send(desk, published(seq=5, updated_at="2026-03-04T11:30:00Z"))
    assert (
        await result(await send(desk, published(seq=6, title="Set back", updated_at="2026-03-04T11:00:00Z")))
        == "changed"
    )
    assert (await desk.shown())["title"] == "Set back"


async def test_an_update_that_overtook_its_publication_wins(desk: Desk) -> None:
    assert await result(await send(desk, published(seq=2, title="Newer", kind="article.updated"))) == "created"
    assert await result(await send(desk, published(seq=1, title="Older"))) == "stale"
    assert (await desk.shown())["title"] == "Newer"


async def test_a_retraction_takes_the_story_down_and_an_older_update_does_not_bring_it_back(desk: Desk) -> None:
    url = (await body_of(await send(desk, published(seq=1)), 200))["url"]
    assert await result(await send(desk, retracted(seq=3))) == "retracted"
    assert await result(await send(desk, published(seq=2, title="Late"))) == "stale"
    page = await desk.client.get("/articles/" + url.rpartition("/")[2])
    assert page.status == 410
    assert "It was not so." in await page.text()
    for path in FEED_PATHS:
        assert b"New ferry" not in (await desk.ask(path))[1]


async def test_a_retraction_of_what_never_came_keeps_it_from_coming(desk: Desk) -> None:
    assert await result(await send(desk, retracted(seq=2))) == "unknown"
    assert await result(await send(desk, published(seq=1))) == "stale"
    assert (await desk.api("GET", "/api/v1/articles?id=" + FERRY)).status == 404


@pytest.mark.parametrize("cause", ["retracted", "expired", "deselected", "rights"])
async def test_the_upstream_that_took_a_story_down_may_bring_it_back(desk: Desk, cause: str) -> None:
    await send(desk, published(seq=1))
    await send(desk, retracted(seq=2, cause=cause))
    desk.clock.advance(timedelta(minutes=3))
    # Restored and corrected upstream before we were told: the correction is older than our hearing of it.
    again = published(seq=3, title="Mended", updated_at="2026-03-04T12:01:00Z")
    assert await result(await send(desk, again, at=desk.clock.now())) == "changed"
    assert [(await desk.shown())[key] for key in ("status", "title")] == ["published", "Mended"]
    assert b"Mended" in (await desk.ask("/feeds/harbour.rss"))[1]


async def test_what_an_operator_here_took_down_stays_down(desk: Desk) -> None:
    await send(desk, published(seq=1))
    await retract(desk.service.office, FERRY, reason="libel", public_note=None, actor="operator:ann")
    before = await desk.state()
    assert await result(await send(desk, published(seq=2, title="Again"))) == "retracted here"
    assert await result(await send(desk, retracted(seq=3))) == "retracted"
    assert await result(await send(desk, published(seq=4, title="And again"))) == "retracted here"
    assert await desk.state() == before


# --- whose ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("event", [published(seq=9, title="Stolen"), retracted(seq=9)], ids=["update", "retraction"])
async def test_a_story_of_somebody_else_is_out_of_reach(desk: Desk, event: dict[str, Any]) -> None:
    await desk.put()
    before = await desk.state()
    await problem_of(await send(desk, event), 409, "foreign_article")
    assert await desk.state() == before


async def test_a_story_of_one_upstream_is_out_of_reach_of_another(desk: Desk) -> None:
    await send(desk, published(seq=1))
    await problem_of(await send(desk, retracted(seq=2), upstream="other"), 409, "foreign_article")
    assert (await desk.shown())["status"] == "published"


async def test_a_record_under_another_id_than_the_event_is_refused(desk: Desk) -> None:
    event = published(id="tag:wire.example,2026:another")
    await problem_of(await send(desk, event), 422, "invalid_record")
    event = published()
    del event["data"]["article"]["id"]
    await problem_of(await send(desk, event), 422, "invalid_record")


# --- content --------------------------------------------------------------------------------------------------------


async def test_a_held_story_waits_for_an_operator(open_desk: OpenDesk) -> None:
    desk = await open_desk(PUSH.format(name="wire", publish="hold"), folder="hold")
    document = await body_of(await send(desk, published(seq=1)), 200)
    assert "url" not in document
    assert (await desk.shown())["status"] == "held"
    await send(desk, published(seq=2, title="Second"))
    assert (await desk.shown())["status"] == "held"
    assert b"ferry" not in (await desk.ask("/feeds/latest.rss"))[1]
    await release(desk.service.office, FERRY, actor="operator:ann")
    assert b"Second" in (await desk.ask("/feeds/latest.rss"))[1]


async def test_keys_we_do_not_know_are_ignored(desk: Desk) -> None:
    picture = {"url": "https://a.example/1.jpg", "glow": 3}
    event = published(colour="red", images=[picture], source={"name": "W", "url": "https://w.example/", "x": 1})
    event |= {"later": {"deep": [1]}}
    event["data"] |= {"more": True}
    assert await result(await send(desk, event)) == "created"


async def test_related_stories_and_comments_of_a_received_article_are_not_shown_here(desk: Desk) -> None:
    extras: dict[str, Any] = {
        "related": [{"title": "Canary story", "url": "https://wire.example/canary"}],
        "comments": {"url": "https://wire.example/canary#comments", "count": 3},
    }
    url = (await body_of(await send(desk, published(**extras)), 200))["url"]
    own = await desk.put("tag:harbour.example,2026:own", title="Own", **extras)
    page = await (await desk.client.get("/articles/" + url.rpartition("/")[2])).text()
    assert "canary" not in page.lower()
    mine = await (await desk.client.get("/articles/" + (await own.json())["slug"])).text()
    assert mine.lower().count("canary") >= 3
    await desk.retract("tag:harbour.example,2026:own")
    for path in FEED_PATHS:
        assert b"canary" not in (await desk.ask(path))[1].lower(), path
    # The record itself keeps them.
    assert (await desk.shown())["related"][0]["title"] == "Canary story"


@pytest.mark.parametrize(
    ("event", "status"),
    [
        (b"", 400),
        (b"[", 400),
        (b'{"type":"a","type":"b"}', 400),
        (b"[" * 100_000, 400),
        (b"[]", 422),
        (b"{}", 422),
        (b'{"type":"article.exploded","data":{}}', 422),
        (b'{"type":"article.published","data":[]}', 422),
        (b'{"type":"article.published","data":{"id":"tag:a.example,2026:1","seq":1}}', 422),
        (b'{"type":"article.published","data":{"id":"tag:a.example,2026:1","seq":1,"article":7}}', 422),
        (b'{"type":"article.published","data":{"id":"tag:a.example,2026:1","seq":"1","article":null}}', 422),
        (b'{"type":"article.retracted","data":{"id":"tag:a.example,2026:1","seq":-1}}', 422),
        (b'{"type":"article.retracted","data":{"id":"tag:a.example,2026:1","seq":9223372036854775808}}', 422),
        (b'{"type":"article.retracted","data":{"id":"tag:a.example,2026:1","seq":true}}', 422),
        (b'{"type":"article.retracted","data":{"id":7,"seq":1}}', 422),
        (b'{"type":"article.retracted","data":{"id":"tag:a.example,2026:1","seq":1,"cause":"spite"}}', 422),
        (b'{"type":["article.retracted"],"data":{}}', 422),
    ],
    ids=lambda value: str(value)[:60],
)
async def test_a_signed_event_that_makes_no_sense_is_refused(desk: Desk, event: bytes, status: int) -> None:
    before = await desk.state()
    answer = await send(desk, event)
    assert answer.status == status, await answer.text()
    assert answer.content_type == "application/problem+json"
    assert await desk.state() == before


async def test_a_body_in_bytes_that_are_no_text_is_refused(desk: Desk) -> None:
    headers = {"webhook-id": "x", "webhook-timestamp": str(int(NOON.timestamp())), "webhook-signature": "v1,x"}
    answer = await desk.client.post("/inbound/wire", data=b"\xff\xfe", headers=headers)
    await problem_of(answer, 401, "bad_signature")


@pytest.mark.parametrize("key", ["allow_partners", "deny_partners"])
async def test_partners_do_not_learn_each_others_names(open_desk: OpenDesk, key: str) -> None:
    extra = (
        '[partners.gazette]\nconnector = "webhook"\nurl = "http://127.0.0.1:9/hook"\n'
        'signing_secret = "env:PARTNER_SECRET"\nschedule = "immediately"\n'
    )
    desk = await open_desk(extra, folder="names")
    names = {key: ["gazette", "canary-post"] if key == "allow_partners" else ["canary-post"]}
    picture = {"url": "https://a.example/1.jpg", "rights": names}
    related = [{"title": "R", "url": "https://a.example/r", "image": picture}]
    await desk.put(rights={"copyright": "(c) us"} | names, images=[picture], related=related)
    [parcel] = await claimed(desk)
    sending = parcel.sending(now=NOON)
    assert sending.article.rights.copyright == "(c) us"
    assert "canary-post" not in json.dumps(sending.article.wire())
    for path in FEED_PATHS:
        assert b"canary-post" not in (await desk.ask(path))[1]
    assert (await desk.shown())["rights"][key] == names[key]


async def claimed(desk: Desk) -> Any:

    return await claim(desk.service.office, {"gazette": Room(normal=5, retractions=1, in_flight=0)})
