"""What connectors promise that make one HTTP request of a delivery: what each answer means, in every detail."""

from __future__ import annotations

import asyncio
import base64
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from pydantic_core import to_json

from syndicate.connectors.contract import Accepted, Connector, Outcome, Refused, Sending
from syndicate.errors import ConfigurationError
from syndicate.model.delivery import EventType
from syndicate.model.journal import Cause
from syndicate.net.client import Client
from syndicate.net.guard import Guard
from tests.builders import NOON, an_article
from tests.connectors.conftest import LOOPBACK, QUICK
from tests.connectors.partners import (
    DRIPPING_BODY,
    DRIPPING_HEAD,
    ENDLESS_CHUNKS,
    TEN_GIGABYTES,
    Behaviour,
    answering,
    dropping,
    partner,
    sending,
    silent,
)
from tests.connectors.settings import built

KEY = b"canary-key-of-the-partner-32byte"
SIGNING_SECRET = "whsec_" + base64.b64encode(KEY).decode()
CANARIES = (SIGNING_SECRET, SIGNING_SECRET.removeprefix("whsec_"), KEY.decode(), "canary-in-the-query")


@dataclass(frozen=True)
class Case:
    """How a connector of the table is set up against a local server."""

    name: str
    options: Callable[[str], dict[str, Any]]
    secrets: dict[str, tuple[str, ...]]


CASES = {
    "webhook": Case(
        "webhook", lambda url: {"url": f"{url}?token=canary-in-the-query"}, {"signing_secret": (SIGNING_SECRET,)}
    )
}


@pytest.fixture(params=sorted(CASES))
def case(request: pytest.FixtureRequest) -> Case:
    return CASES[request.param]


def connector(case: Case, url: str, client: Client) -> Connector:
    return built(case.name, case.options(url), case.secrets, client)


def an_update(**changes: Any) -> Sending:
    article = an_article()
    assert article.id is not None
    values: dict[str, Any] = {
        "delivery_id": "dlv_1",
        "type": EventType.UPDATED,
        "at": NOON,
        "record": to_json(article.wire()),
        "article_id": article.id,
        "url": article.url,
        "revision": 2,
        "seq": 7,
    }
    return Sending(**values | changes)


def a_retraction() -> Sending:
    return an_update(type=EventType.RETRACTED, record=None, cause=Cause.RETRACTED, public_note="Withdrawn.")


async def outcome_at(
    case: Case, behaviour: Behaviour, client: Client, sent: Sending | None = None
) -> Accepted | Refused:
    async with partner(behaviour) as server, asyncio.timeout(5):
        return await connector(case, server.url, client).send(sent or an_update())


def without_digest(outcome: Outcome) -> Outcome:
    """Leave out which bytes may have arrived, which each connector's own tests look at."""
    assert outcome.payload_digest
    return replace(outcome, payload_digest=None)


@pytest.mark.parametrize("sent", [an_update(), a_retraction()], ids=["article", "retraction"])
async def test_a_partner_that_takes_it_has_accepted(case: Case, client: Client, sent: Sending) -> None:
    outcome = await outcome_at(case, answering(200, b"thank you"), client, sent)
    assert isinstance(outcome, Accepted)
    assert (outcome.status, outcome.answer) == (200, "thank you")


async def test_a_test_reaches_the_partner(case: Case, client: Client) -> None:
    async with partner(answering(204)) as server:
        outcome = await connector(case, server.url, client).test(delivery_id="dlv_t", at=NOON)
        assert isinstance(outcome, Accepted)
        assert len(server.requests) == 1


async def test_a_partner_that_refuses_for_good_is_told_apart(case: Case, client: Client) -> None:
    outcome = await outcome_at(case, answering(422, b"no such section"), client)
    assert isinstance(outcome, Refused)
    assert (outcome.permanent, outcome.certain, outcome.status) == (True, True, 422)
    assert outcome.answer == "no such section"


async def test_a_partner_that_asks_for_a_pause_is_heard(case: Case, client: Client) -> None:
    outcome = await outcome_at(case, answering(429, Retry_After="90"), client)
    assert isinstance(outcome, Refused)
    assert (outcome.overloaded, outcome.permanent, outcome.certain) == (True, False, True)
    assert outcome.retry_after == timedelta(seconds=90)


async def test_a_partner_that_is_gone_says_so(case: Case, client: Client) -> None:
    outcome = await outcome_at(case, answering(410), client)
    assert isinstance(outcome, Refused)
    assert outcome.gone


@pytest.mark.parametrize("status", [401, 403])
async def test_a_partner_that_rejects_our_credentials_says_so(case: Case, client: Client, status: int) -> None:
    outcome = await outcome_at(case, answering(status), client)
    assert isinstance(outcome, Refused)
    assert (outcome.unauthorised, outcome.permanent) == (True, False)


async def test_a_partner_that_breaks_may_have_taken_it(case: Case, client: Client) -> None:
    outcome = await outcome_at(case, answering(500), client)
    assert isinstance(outcome, Refused)
    assert (outcome.certain, outcome.permanent, outcome.overloaded) == (False, False, False)


@pytest.mark.parametrize("behaviour", [silent, DRIPPING_HEAD], ids=["silence", "a head that never ends"])
async def test_a_partner_that_never_answers_is_given_up_in_time(
    case: Case, client: Client, behaviour: Behaviour
) -> None:
    outcome = await outcome_at(case, behaviour, client)
    assert without_digest(outcome) == Refused("no answer in time", overloaded=True, certain=False)


async def test_a_partner_that_hangs_up_may_have_taken_it(case: Case, client: Client) -> None:
    outcome = await outcome_at(case, dropping, client)
    assert without_digest(outcome) == Refused("the connection was closed before an answer", certain=False)


async def test_a_partner_that_talks_nonsense_may_have_taken_it(case: Case, client: Client) -> None:
    outcome = await outcome_at(case, sending(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"), client)
    assert without_digest(outcome) == Refused("the answer is not valid HTTP", certain=False)


@pytest.mark.parametrize("behaviour", [DRIPPING_BODY, TEN_GIGABYTES, ENDLESS_CHUNKS], ids=["drip", "10 GB", "chunks"])
async def test_an_answer_without_end_costs_a_bounded_time_and_space(
    case: Case, client: Client, behaviour: Behaviour
) -> None:
    outcome = await outcome_at(case, behaviour, client)
    assert isinstance(outcome, Accepted)
    assert len(outcome.answer) <= 8 * 1024


async def test_a_partner_that_is_down_has_certainly_not_taken_it(case: Case, client: Client) -> None:
    async with partner(answering(200)) as server:
        url = server.url
    outcome = await connector(case, url, client).send(an_update())
    assert outcome == Refused("connection refused", certain=True)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_a_refusal_and_is_never_followed(case: Case, client: Client, status: int) -> None:
    async with partner(answering(200)) as canary:
        location = f"http://user:pass@127.0.0.1:{canary.port}/x?token=canary-in-the-query"
        outcome = await outcome_at(case, answering(status, Location=location), client)
        assert canary.connections == 0
    assert isinstance(outcome, Refused)
    assert (outcome.permanent, outcome.certain) == (False, True)
    assert outcome.reason == f"answered {status}, a redirect to http://127.0.0.1:{canary.port}/x?token=***"


async def test_a_private_address_is_not_called_unless_it_is_opened(case: Case) -> None:
    async with partner(answering(200)) as canary:
        guard = Guard(ports={canary.port})
        async with Client(guard, base_url="http://paper.example", timeouts=QUICK) as client:
            outcome = await connector(case, canary.url, client).send(an_update())
        assert canary.connections == 0
    assert outcome == Refused("the address is not public", permanent=True, certain=True)


async def test_a_cookie_is_not_kept(case: Case, client: Client) -> None:
    async with partner(answering(200, Set_Cookie="session=s3cret; Path=/")) as server:
        # By name: the jars of most clients take no cookie from a bare address anyway.
        sender = connector(case, server.at("localhost"), client)
        await sender.send(an_update())
        await sender.send(an_update())
        assert ["cookie" in request.headers for request in server.requests] == [False, False]


async def test_partners_do_not_learn_of_each_other(case: Case, client: Client) -> None:
    async with partner(answering(200)) as one, partner(answering(200)) as other:
        await connector(case, one.url, client).send(an_update())
        await connector(case, other.url, client).send(an_update())
        assert str(one.port).encode() not in other.requests[0].head


async def test_a_preview_is_what_is_sent_without_its_secrets(case: Case, client: Client) -> None:
    async with partner(answering(200)) as server:
        sender = connector(case, server.url, client)
        preview = sender.preview(an_update())
        await sender.send(an_update())
        sent = server.requests[0]
    assert (preview.method, preview.body) == (sent.method, sent.body)
    assert all(sent.headers[name.lower()] == value for name, value in preview.headers.items())
    assert not any(canary in repr(preview) for canary in CANARIES)


@pytest.mark.parametrize(
    "behaviour",
    [answering(200), answering(500), dropping, silent, sending(b"nonsense\r\n\r\n"), answering(302, Location="/?a=b")],
    ids=["taken", "broken", "dropped", "silent", "nonsense", "redirect"],
)
async def test_no_secret_is_shown_anywhere(
    case: Case, client: Client, behaviour: Behaviour, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    outcome = await outcome_at(case, behaviour, client)
    shown = caplog.text + repr(outcome) + repr(connector(case, "http://127.0.0.1:9/in", client)) + repr(client)
    assert not any(canary in shown for canary in CANARIES)


async def test_a_wrong_option_is_named_and_its_value_is_not(case: Case, client: Client) -> None:
    options = case.options("http://127.0.0.1:9/in") | {"signing_secrets": SIGNING_SECRET}
    with pytest.raises(ConfigurationError) as caught:
        built(case.name, options, case.secrets, client)
    assert [violation.path for violation in caught.value.violations] == ["signing_secrets"]
    assert SIGNING_SECRET not in repr(caught.value) + repr(caught.value.violations)
    assert caught.value.__cause__ is None


async def test_a_missing_secret_is_named(case: Case, client: Client) -> None:
    for name in case.secrets:
        with pytest.raises(ConfigurationError) as caught:
            built(case.name, case.options("http://127.0.0.1:9/in"), case.secrets | {name: ()}, client)
        assert [violation.path for violation in caught.value.violations] == [name]


async def test_an_unknown_connector_is_refused_with_those_there_are(client: Client) -> None:
    with pytest.raises(ConfigurationError) as caught:
        built("pigeon", {}, {}, client)
    assert "webhook" in caught.value.violations[0].reason


def test_the_test_clients_may_call_loopback_only() -> None:
    guard = Guard(allow_private=LOOPBACK)
    assert guard.judge("127.0.0.1", 1) is None
    assert guard.judge("10.0.0.1", 80) is not None
