"""The mailer, against real SMTP servers on loopback."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from email import policy
from email.message import EmailMessage
from typing import Any

import pytest

from syndicate.connectors.suite.copy import accepted, refused
from syndicate.connectors.suite.site import Mood
from syndicate.net.dialer import Dialer
from syndicate.net.exchange import Timeouts
from syndicate.net.guard import Guard
from syndicate.net.mail import MailServer, SMTPMailer
from tests.connectors.conftest import LOOPBACK
from tests.connectors.mailboxes import CERTIFICATE, PASSWORD, USER, Mailbox, mailbox

QUICK = Timeouts(total=timedelta(seconds=2), read=timedelta(seconds=0.3))
TRUSTING = ssl.create_default_context(cafile=str(CERTIFICATE))
DESK, NIGHT_DESK = "desk@gazette.example", "night@gazette.example"


def a_mailer(port: int, *, private: bool = True, tls: ssl.SSLContext | None = None, **changes: Any) -> SMTPMailer:
    server = MailServer("localhost", port, "none", "syndicate@harbour.example", USER, PASSWORD)
    dialer = Dialer(Guard(allow_private=LOOPBACK if private else (), base_url="http://127.0.0.1:9"))
    return SMTPMailer(replace(server, **changes), dialer, timeouts=QUICK, tls=tls)


def a_message(text: str = "The ferry left at nine.\n") -> EmailMessage:
    message = EmailMessage(policy=policy.SMTP)
    message["Subject"] = "New ferry sails"
    message["From"] = "syndicate@harbour.example"
    message["To"] = DESK
    message.set_content(text)
    return message


@pytest.fixture
async def box() -> AsyncIterator[Mailbox]:
    async with mailbox() as running:
        yield running


@asynccontextmanager
async def a_server_that_says(*lines: bytes) -> AsyncIterator[int]:
    """Run a server that says these lines, each after hearing something but the first, and then nothing more."""

    async def say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError), contextlib.closing(writer):
            for line in lines:
                writer.write(line + b"\r\n")
                await reader.read(4096)
            await reader.read()

    server = await asyncio.start_server(say, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


async def test_a_message_goes_to_everybody_it_is_for(box: Mailbox) -> None:
    accepted(await a_mailer(box.port).send(a_message(), to=(DESK, NIGHT_DESK)))
    (mail,) = box.mails
    assert (mail.sender, mail.to) == ("syndicate@harbour.example", (DESK, NIGHT_DESK))
    assert mail.body("plain").strip() == "The ferry left at nine."


async def test_lines_that_begin_with_a_dot_arrive_whole(box: Mailbox) -> None:
    accepted(await a_mailer(box.port).send(a_message("one\n.\n..two\n"), to=(DESK,)))
    assert box.mails[0].body("plain").splitlines() == ["one", ".", "..two"]


async def test_the_login_is_shown_after_starttls_alone() -> None:
    async with mailbox(starttls=True) as box:
        mailer = a_mailer(box.port, security="starttls", tls=TRUSTING)
        accepted(await mailer.send(a_message(), to=(DESK,)))
        assert len(box.mails) == 1


async def test_a_server_may_speak_tls_from_the_beginning() -> None:
    async with mailbox(tls=True) as box:
        accepted(await a_mailer(box.port, security="tls", tls=TRUSTING).send(a_message(), to=(DESK,)))
        assert len(box.mails) == 1


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_a_certificate_nobody_vouches_for_is_refused(security: str) -> None:
    async with mailbox(starttls=security == "starttls", tls=security == "tls") as box:
        outcome = refused(await a_mailer(box.port, security=security).send(a_message(), to=(DESK,)))
        assert box.mails == []
    assert (outcome.certain, outcome.permanent) == (True, False)
    assert "certificate is not valid" in outcome.reason


async def test_a_server_without_starttls_gets_neither_login_nor_message(box: Mailbox) -> None:
    outcome = refused(await a_mailer(box.port, security="starttls", tls=TRUSTING).send(a_message(), to=(DESK,)))
    assert box.mails == []
    assert outcome.certain
    assert "STARTTLS" in outcome.reason


async def test_a_login_never_goes_without_tls_to_a_network_that_is_not_opened(box: Mailbox) -> None:
    outcome = refused(await a_mailer(box.port, private=False).send(a_message(), to=(DESK,)))
    assert "TLS" in outcome.reason
    assert outcome.certain


async def test_who_is_refused_is_told_and_the_others_have_it(box: Mailbox) -> None:
    box.replies[NIGHT_DESK] = "550 5.1.1 No such user"
    outcome = accepted(await a_mailer(box.port).send(a_message(), to=(DESK, NIGHT_DESK)))
    assert box.mails[0].to == (DESK,)
    assert f"not taken for {NIGHT_DESK}: 550 5.1.1 No such user" in outcome.answer


async def test_it_is_tried_again_where_one_of_the_refused_may_have_it_later(box: Mailbox) -> None:
    box.replies |= {DESK: "550 No such user", NIGHT_DESK: "450 Mailbox busy"}
    outcome = refused(await a_mailer(box.port).send(a_message(), to=(DESK, NIGHT_DESK)))
    assert (outcome.permanent, outcome.overloaded, outcome.certain) == (False, True, True)


@pytest.mark.parametrize(
    ("reply", "permanent", "overloaded"),
    [
        ("554 5.7.1 This is spam", True, False),
        ("552 5.3.4 Too large", True, False),
        ("452 4.3.1 Disk full", False, True),
        ("454 4.7.0 Come back with better credentials", False, False),
        ("421 Shutting down", False, True),
    ],
)
async def test_what_is_said_to_a_whole_message_decides(
    box: Mailbox, reply: str, permanent: bool, overloaded: bool
) -> None:
    box.data_reply = reply
    outcome = refused(await a_mailer(box.port).send(a_message(), to=(DESK,)))
    assert (outcome.permanent, outcome.overloaded, outcome.certain) == (permanent, overloaded, True)
    assert (outcome.status, outcome.answer) == (int(reply[:3]), reply[4:])


async def test_a_lost_reply_leaves_it_open_whether_the_message_was_taken(box: Mailbox) -> None:
    box.mood = Mood.LOSING
    outcome = refused(await a_mailer(box.port).send(a_message(), to=(DESK,)))
    assert len(box.mails) == 1
    assert not outcome.certain
    assert outcome.payload_digest


async def test_silence_before_the_message_is_certain(box: Mailbox) -> None:
    box.mood = Mood.SILENT
    outcome = refused(await a_mailer(box.port).send(a_message(), to=(DESK,)))
    assert (outcome.certain, outcome.overloaded, outcome.payload_digest) == (True, True, None)


@pytest.mark.parametrize(
    ("greeting", "overloaded"),
    [(b"421 Too busy", True), (b"554 Go away", False), (b"HTTP/1.1 400 Bad Request", False)],
)
async def test_a_greeting_that_refuses_us_is_nothing_said_of_the_message(greeting: bytes, overloaded: bool) -> None:
    async with a_server_that_says(greeting) as port:
        outcome = refused(await a_mailer(port).send(a_message(), to=(DESK,)))
    assert (outcome.permanent, outcome.overloaded, outcome.certain) == (False, overloaded, True)


@pytest.mark.parametrize(("reply", "permanent"), [(b"550 5.7.1 Not you", False), (b"552 5.3.4 Too large", True)])
async def test_a_sender_that_is_refused_may_be_mended_and_a_size_may_not(reply: bytes, permanent: bool) -> None:
    async with a_server_that_says(b"220 mail.test", b"250 mail.test", reply) as port:
        outcome = refused(await a_mailer(port, user=None).send(a_message(), to=(DESK,)))
    assert (outcome.permanent, outcome.status) == (permanent, int(reply[:3]))


async def test_a_server_that_offers_no_login_is_told_as_such() -> None:
    async with a_server_that_says(b"220 mail.test", b"250 mail.test") as port:
        outcome = refused(await a_mailer(port).send(a_message(), to=(DESK,)))
    assert outcome.certain
    assert "does not speak as it must" in outcome.reason


async def test_what_a_server_says_of_a_login_is_not_kept() -> None:
    echo = b"535 I do not know \x00syndicate\x00canary-of-the-mail-server"
    async with a_server_that_says(b"220 mail.test", b"250-mail.test\r\n250 AUTH PLAIN", echo) as port:
        outcome = refused(await a_mailer(port).send(a_message(), to=(DESK,)))
    assert outcome.unauthorised
    assert "canary" not in repr(outcome)


async def test_addresses_beyond_ascii_need_a_server_that_takes_them(box: Mailbox) -> None:
    accepted(await a_mailer(box.port).send(a_message(), to=("schröder@gazette.example",)))
    assert box.mails[0].to == ("schröder@gazette.example",)
    async with mailbox(enable_SMTPUTF8=False) as old:
        outcome = refused(await a_mailer(old.port).send(a_message(), to=("schröder@gazette.example",)))
    assert outcome.permanent


async def test_a_probe_asks_and_sends_nothing(box: Mailbox) -> None:
    accepted(await a_mailer(box.port).probe(to=(DESK,)))
    box.mood = Mood.REFUSING
    assert refused(await a_mailer(box.port).probe(to=(DESK,))).status == 550
    assert box.mails == []


def test_a_server_shown_does_not_show_its_password() -> None:
    assert PASSWORD not in repr(MailServer("localhost", 25, "tls", "a@harbour.example", USER, PASSWORD))
