"""The ways to operators: what a chat and a mailbox get, and what happens where they do not take it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from syndicate.connectors.alert_channels import MailChannel, WebhookChannel
from syndicate.connectors.contract import Accepted, Refused
from syndicate.model.alerts import Alert, AlertKind, Message
from syndicate.net.client import Client
from syndicate.net.guard import Guard
from syndicate.policy.outcome import Outcome
from tests.builders import NOON
from tests.connectors.mailboxes import Mailbox, mailbox
from tests.connectors.partners import Partner, Request, answering, dropping, partner, silent
from tests.connectors.test_mail import DESK, a_mailer

FAILING = Alert(AlertKind.FAILING, "gazette", "gazette: answered 503; 3 deliveries wait", NOON)
OVER = replace(FAILING, subject="courier", ended_at=NOON + timedelta(hours=1))
CANARY = "canary-of-the-chat"


def a_message(*, began: tuple[Alert, ...] = (FAILING,), ended: tuple[Alert, ...] = ()) -> Message:
    return Message("Harbour Daily", "https://harbour.example", NOON + timedelta(hours=2), began, ended)


async def told(server: Partner, client: Client, message: Message) -> Outcome:
    return await WebhookChannel(server.at(server.host, f"/{CANARY}"), client, lambda: NOON).tell(message)


async def test_a_chat_gets_text_and_programs_get_fields(client: Client) -> None:
    async with partner(answering(200)) as server:
        assert isinstance(await told(server, client, a_message(ended=(OVER,))), Accepted)
        [request] = server.requests
    body = json.loads(request.body)
    assert request.headers["content-type"] == "application/json"
    assert body["text"].splitlines() == [
        "Harbour Daily: 1 wrong, 1 over",
        "FAILING gazette: answered 503; 3 deliveries wait (since 2026-03-04 12:00 UTC)",
        "OVER failing courier: from 2026-03-04 12:00 to 2026-03-04 13:00 UTC",
        "https://harbour.example",
    ]
    assert [(each["kind"], each["subject"]) for each in body["began"]] == [("failing", "gazette")]
    assert body["ended"][0]["ended_at"] == "2026-03-04T13:00:00Z"


async def test_one_alert_is_said_in_the_first_line(client: Client) -> None:
    async with partner(answering(200)) as server:
        await told(server, client, a_message())
        [request] = server.requests
    first, *rest = json.loads(request.body)["text"].splitlines()
    assert first.startswith("Harbour Daily: FAILING gazette: answered 503")
    assert rest == ["https://harbour.example"]


async def test_thousands_of_alerts_are_a_message_that_can_be_read(client: Client) -> None:
    many = tuple(replace(FAILING, subject=f"paper-{number}") for number in range(5_000))
    async with partner(answering(200)) as server:
        await told(server, client, a_message(began=many))
        [request] = server.requests
    lines = json.loads(request.body)["text"].splitlines()
    assert len(lines) < 40
    assert "… and 4970 more: syndicate alerts list" in lines


async def test_a_chat_that_refuses_unknown_keys_gets_the_text_alone(client: Client) -> None:
    async def strict(writer: object, request: Request) -> None:
        fine = set(json.loads(request.body)) == {"text"}
        await answering(200 if fine else 400)(writer, request)  # type: ignore[arg-type]  # what a partner is handed

    async with partner(strict) as server:
        assert isinstance(await told(server, client, a_message()), Accepted)
        assert len(server.requests) == 2


@pytest.mark.parametrize("behave", [answering(500), silent, dropping], ids=["fails", "is silent", "hangs up"])
async def test_a_chat_that_does_not_take_it_is_an_outcome_without_its_address(client: Client, behave: object) -> None:
    async with partner(behave) as server:  # type: ignore[arg-type]  # one of three behaviours
        outcome = await told(server, client, a_message())
    assert isinstance(outcome, Refused)
    assert CANARY not in repr(outcome)


async def test_the_address_is_never_called_in_the_clear_outside_the_operators_networks() -> None:
    guard = Guard(allow_private=(), base_url="http://127.0.0.1:9")
    async with Client(guard, base_url="http://127.0.0.1:9") as client:
        channel = WebhookChannel(f"http://93.184.216.34/{CANARY}", client, lambda: NOON)
        outcome = await channel.tell(a_message())
    assert isinstance(outcome, Refused)
    assert outcome.reason == "its address may only be called over https"


@pytest.fixture
async def box() -> AsyncIterator[Mailbox]:
    async with mailbox() as running:
        yield running


async def test_a_mailbox_gets_a_message_that_no_program_answers(box: Mailbox) -> None:
    channel = MailChannel(DESK, a_mailer(box.port))
    assert isinstance(await channel.tell(a_message(ended=(OVER,))), Accepted)
    [mail] = box.mails
    assert mail.to == (DESK,)
    assert mail.message["Subject"] == "Harbour Daily: 1 wrong, 1 over"
    assert mail.message["Auto-Submitted"] == "auto-generated"
    assert mail.message["Date"].datetime == NOON + timedelta(hours=2)
    assert "OVER failing courier" in mail.body("plain")


async def test_the_same_message_again_has_the_same_id(box: Mailbox) -> None:
    channel = MailChannel(DESK, a_mailer(box.port))
    later = replace(a_message(), at=NOON + timedelta(hours=3))
    for message in (a_message(), later, a_message(ended=(OVER,))):
        await channel.tell(message)
    first, again, other = (mail.message["Message-ID"] for mail in box.mails)
    assert first == again != other


async def test_every_test_is_a_message_of_its_own(box: Mailbox) -> None:
    channel = MailChannel(DESK, a_mailer(box.port))
    for hours in (2, 3):
        await channel.tell(replace(a_message(began=()), at=NOON + timedelta(hours=hours)))
    first, second = (mail.message["Message-ID"] for mail in box.mails)
    assert first != second


async def test_what_a_connector_gives_as_its_reason_is_one_line_of_bounded_length(box: Mailbox) -> None:
    wild = replace(FAILING, detail="gazette: no\r\nBcc: all@gazette.example\ud800\x07" + " and so on" * 1_000)
    assert isinstance(await MailChannel(DESK, a_mailer(box.port)).tell(a_message(began=(wild, OVER))), Accepted)
    [mail] = box.mails
    assert mail.message["Bcc"] is None
    assert "FAILING gazette: no Bcc: all@gazette.example and so on" in mail.body("plain")
    assert len(mail.data) < 2_500
