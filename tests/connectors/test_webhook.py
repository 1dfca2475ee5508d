"""Webhooks: what receivers get, and what their answers mean."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook as Reference

from syndicate.connectors.answers import outcome_of
from syndicate.connectors.contract import Accepted, Refused
from syndicate.connectors.documents import Documents
from syndicate.connectors.webhook import Webhook, WebhookOptions, copy_address
from syndicate.model.declarations import Profile
from syndicate.net.client import Client
from syndicate.net.exchange import Answer, Failure, FailureKind
from tests.builders import NOON, a_publisher
from tests.connectors.partners import answering, partner
from tests.connectors.test_http_contract import a_retraction, an_update

NEW, OLD = b"n" * 32, b"o" * 32
PERMANENT = {400, 405, 406, 410, 411, 413, 414, 415, 422, 431, 451}


def webhook(url: str, client: Client, now: datetime | None = None) -> Webhook:
    documents = Documents(Profile(), a_publisher())
    options, clock = WebhookOptions(url=url), lambda: now or datetime.now(UTC)
    return Webhook(options, (NEW, OLD), documents=documents, client=client, clock=clock)


def answer(status: int, body: bytes = b"", **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, named, body, complete=True, elapsed=timedelta(0))


@pytest.mark.parametrize("key", [NEW, OLD], ids=["new secret", "old secret"])
async def test_a_receiver_verifies_it_with_the_reference_library(client: Client, key: bytes) -> None:
    async with partner(answering(200)) as server:
        await webhook(server.url, client).send(an_update())
        request = server.requests[0]
    event = Reference(base64.b64encode(key).decode()).verify(request.body, dict(request.headers))
    assert (request.method, request.headers["content-type"]) == ("POST", "application/json")
    assert event["type"] == "article.updated"
    assert event["data"]["article"]["title"] == "New ferry sails on time"


async def test_a_retraction_carries_its_public_note_and_no_text(client: Client) -> None:
    async with partner(answering(200)) as server:
        await webhook(server.url, client).send(a_retraction())
        data = json.loads(server.requests[0].body)["data"]
    assert (data["article"], data["cause"], data["public_note"]) == (None, "retracted", "Withdrawn.")


async def test_a_test_event_is_signed_and_holds_no_article(client: Client) -> None:
    async with partner(answering(200)) as server:
        await webhook(server.url, client).test(delivery_id="dlv_test", at=NOON)
        request = server.requests[0]
    event = Reference(base64.b64encode(NEW).decode()).verify(request.body, dict(request.headers))
    assert (event["type"], event["data"]["article"]) == ("syndicate.test", None)


async def test_a_retry_keeps_its_id_and_body_and_is_signed_anew(client: Client) -> None:
    async with partner(answering(503)) as server:
        for minute in (0, 5):
            await webhook(server.url, client, NOON + timedelta(minutes=minute)).send(an_update())
        first, second = server.requests
    assert first.headers["webhook-id"] == second.headers["webhook-id"] == "dlv_1"
    assert first.body == second.body
    assert int(second.headers["webhook-timestamp"]) - int(first.headers["webhook-timestamp"]) == 300
    assert first.headers["webhook-signature"] != second.headers["webhook-signature"]


async def test_the_copys_address_is_taken_from_the_answer(client: Client) -> None:
    async with partner(answering(201, b'{"url": "https://gazette.example/news/1"}')) as server:
        outcome = await webhook(server.url, client).send(an_update())
    assert isinstance(outcome, Accepted)
    assert (outcome.url, outcome.status) == ("https://gazette.example/news/1", 201)


async def test_an_address_in_a_refusal_is_not_a_copy(client: Client) -> None:
    async with partner(answering(422, b'{"url": "https://gazette.example/news/1"}')) as server:
        assert isinstance(await webhook(server.url, client).send(an_update()), Refused)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"ok",
        b"[]",
        b'"https://gazette.example/"',
        b'{"url": null}',
        b'{"url": "/news/1"}',
        b'{"url": "javascript:alert(1)"}',
        b'{"url": ["https://gazette.example/"]}',
        b'{"url": "https://user:pass@gazette.example/"}',
        b"[" * 60_000,
        b'{"url": "https://gazette.example/',
        b"1" * 10_000,
        b"\xff\xfe",
    ],
    ids=range(13),
)
def test_an_answer_without_a_web_address_names_no_copy(body: bytes) -> None:
    assert copy_address(body) is None


@given(st.binary() | st.recursive(st.none() | st.text(), st.lists).map(lambda it: json.dumps({"url": it}).encode()))
def test_no_answer_raises(body: bytes) -> None:
    address = copy_address(body)
    assert address is None or address.startswith(("http://", "https://"))


@pytest.mark.parametrize("status", range(100, 600))
def test_every_status_has_its_meaning(status: int) -> None:
    outcome = outcome_of(answer(status), now=NOON)
    assert isinstance(outcome, Accepted) is (200 <= status < 300)
    if isinstance(outcome, Refused):
        assert outcome.permanent is (status in PERMANENT)
        assert outcome.certain is (300 <= status < 500)
        assert outcome.gone is (status == 410)
        assert outcome.unauthorised is (status in (401, 403))
        assert outcome.overloaded is (status in (429, 503))


@pytest.mark.parametrize("kind", FailureKind)
@pytest.mark.parametrize("began", [True, False])
def test_every_failure_has_its_meaning(kind: FailureKind, began: bool) -> None:
    outcome = outcome_of(Failure(kind, "why", began=began), now=NOON)
    assert outcome == Refused(
        "why",
        permanent=kind is FailureKind.BLOCKED,
        certain=not began,
        overloaded=kind is FailureKind.TIMEOUT,
    )


@given(header=st.text(), location=st.text(), body=st.binary(), status=st.integers(100, 599))
def test_nothing_a_partner_says_raises(header: str, location: str, body: bytes, status: int) -> None:
    outcome_of(answer(status, body, Retry_After=header, Location=location), now=NOON)


def test_what_is_kept_of_an_answer_can_be_stored_and_shown() -> None:
    outcome = outcome_of(answer(500, b"\x00\x1b[31m\xff" + b"x" * 20_000), now=NOON)
    assert outcome.answer.startswith("[31mx")
    assert len(outcome.answer) <= 8 * 1024


@pytest.mark.parametrize("status", [200, 302, 400, 503])
def test_an_outcome_names_the_bytes_it_was_the_answer_to(status: int) -> None:
    assert outcome_of(answer(status), now=NOON, payload_digest="d1").payload_digest == "d1"


def test_where_nothing_can_have_left_no_bytes_are_named() -> None:
    unsent = outcome_of(Failure(FailureKind.RESET, "why", began=False), now=NOON, payload_digest="d1")
    cut = outcome_of(Failure(FailureKind.RESET, "why", began=True), now=NOON, payload_digest="d1")
    assert (unsent.payload_digest, cut.payload_digest) == (None, "d1")


@pytest.mark.parametrize("status", [200, 500])
async def test_the_digest_is_that_of_the_bytes_the_receiver_got(client: Client, status: int) -> None:
    async with partner(answering(status)) as server:
        outcome = await webhook(server.url, client).send(an_update())
        body = server.requests[0].body
    assert outcome.payload_digest == hashlib.sha256(body).hexdigest()
