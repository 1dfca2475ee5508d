"""What partners find in their mailboxes: one message for each article, or a digest, and what follows on it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from syndicate.connectors.contract import Accepted, Connector, Outcome, Refused, Sending
from syndicate.connectors.documents import Documents
from syndicate.connectors.enclosing import enclose
from syndicate.connectors.means import Means, NoPicture, PictureFile
from syndicate.connectors.suite.copy import Copy, accepted, refused
from syndicate.connectors.suite.sendings import a_correction, a_retraction, a_sending, an_update
from syndicate.connectors.suite.site import PUBLISHER, QUICK, GivenPictures, Mood, means
from syndicate.connectors.table import build
from syndicate.errors import ConfigurationError, LeaseLostError, UnwritableError
from syndicate.model.article import Image
from syndicate.model.declarations import PartnerDeclaration
from syndicate.model.delivery import EventType
from syndicate.net.mail import MailServer, SMTPMailer
from syndicate.policy.retry import pause_in_step
from tests.connectors.mailboxes import PASSWORD, USER, Mail, Mailbox, mailbox

DESK, NIGHT_DESK = "desk@gazette.example", "night@gazette.example"
FERRY, BRIDGE = "https://harbour.example/media/ferry.jpg", "https://harbour.example/media/bridge.jpg"


@dataclass
class Office:
    """A partner's mailbox with the means to write to it."""

    box: Mailbox
    means: Means
    pictures: GivenPictures = field(default_factory=GivenPictures)

    def connector(self, *, profile: Mapping[str, Any] | None = None, **options: Any) -> Connector:
        values = {"name": "gazette", "connector": "email", "profile": profile or {}, "options": {"to": DESK} | options}
        return build(PartnerDeclaration.model_validate(values), PUBLISHER, {}, self.means)

    @property
    def newest(self) -> Mail:
        return self.box.mails[-1]


@pytest.fixture
async def office() -> AsyncIterator[Office]:
    pictures = GivenPictures()
    async with mailbox() as box, means(pictures=pictures) as made:
        server = MailServer("127.0.0.1", box.port, "none", "syndicate@harbour.example", USER, PASSWORD)
        yield Office(box, replace(made, mailer=SMTPMailer(server, made.dialer, timeouts=QUICK)), pictures)


@dataclass
class Counting:
    """A mail server that counts how many messages come at the same time."""

    sender: str = "syndicate@harbour.example"
    sent: int = 0
    most: int = 0
    now: int = 0

    async def send(self, message: EmailMessage, *, to: Sequence[str]) -> Outcome:
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(0.01)
        self.now -= 1
        self.sent += 1
        return Accepted()

    async def probe(self, *, to: Sequence[str]) -> Outcome:
        return Accepted()


def a_picture(url: str, size: int = 1_000) -> PictureFile:
    return PictureFile(url, b"\xff\xd8" + bytes(size - 2), "image/jpeg", "jpg", 1200, 800, "0" * 64)


def three() -> list[Sending]:
    """Three articles that are due together."""
    return [
        a_sending(title=f"Story {n}", delivery_id=f"msg_{n}", slug=f"s{n}", article={"id": f"tag:h,2026:{n}"})
        for n in range(3)
    ]


async def together(connector: Connector, sendings: list[Sending]) -> list[Outcome]:
    return list(await asyncio.gather(*(connector.send(each) for each in sendings)))


async def test_a_message_says_who_writes_what_it_is_and_that_nobody_need_answer(office: Office) -> None:
    accepted(await office.connector(reply_to="wire@harbour.example").send(a_sending(title="New ferry sails")))
    message = office.newest.message
    assert message["From"].addresses[0] == Address("Harbour Daily", "syndicate", "harbour.example")
    assert [str(message[name]) for name in ("To", "Reply-To", "Subject", "Auto-Submitted", "List-Id")] == [
        DESK,
        "wire@harbour.example",
        "New ferry sails",
        "auto-generated",
        "<gazette.syndicate.harbour.example>",
    ]
    assert [str(message[f"X-Syndicate-{name}"]) for name in ("Type", "Id", "Revision", "Delivery")] == [
        "article.published",
        "tag:harbour.example,2026:ferry",
        "1",
        "msg_1",
    ]


@pytest.mark.parametrize("kind", ["plain", "html"])
async def test_both_forms_carry_all_that_editors_need(office: Office, kind: str) -> None:
    article = {
        "kicker": "Transport",
        "dateline": "HARWICH",
        "urgency": 2,
        "editor_note": "Call the desk before 9.",
        "rights": {"usage_terms": "Not in Norway"},
        "images": [{"url": FERRY, "caption": "The ferry", "credit": "Jo Smith / AP", "rights": {"licence": "ap"}}],
        "attachments": [{"url": "https://harbour.example/timetable.pdf", "type": "application/pdf"}],
    }
    accepted(await office.connector().send(a_sending(title="New ferry sails", article=article)))
    text = office.newest.body(kind)
    wanted = (
        "Transport",
        "HARWICH",
        "urgency 2",
        "Call the desk before 9.",
        "Not in Norway",
        "The ferry",
        "By Jo Smith",
    )
    assert [each for each in (*wanted, "Jo Smith / AP", ": ap", "timetable.pdf", "Posted on") if each not in text] == []
    assert text.index("Call the desk") < text.index("New ferry sails", text.index("<body>") if kind == "html" else 0)


async def test_what_follows_on_an_article_threads_below_its_first_message(office: Office) -> None:
    copy = Copy(office.connector())
    for sending in (a_sending(), an_update("Sails again"), a_correction("Sails at ten", delivery_id="msg_c")):
        accepted(await copy.send(sending))
    accepted(await copy.send(a_retraction()))
    first, *others = [each.message for each in office.box.mails]
    assert first["References"] is None
    assert [(each["In-Reply-To"], each["References"]) for each in others] == [(first["Message-ID"],) * 2] * 3
    assert len({str(each["Message-ID"]) for each in (first, *others)}) == 4
    assert [str(each["Subject"]) for each in others] == [
        "[Update] Sails again",
        "[Correction] Sails at ten",
        "[Withdrawn] Sails at ten",
    ]


async def test_a_correction_says_on_top_what_was_wrong(office: Office) -> None:
    accepted(await office.connector().send(a_correction("New ferry sails at ten")))
    assert office.newest.body("plain").startswith("Correction: The ferry left at ten.\n\nNew ferry sails at ten\n===")


async def test_of_a_withdrawal_only_the_note_leaves_beside_what_the_partner_held(office: Office) -> None:
    copy = Copy(office.connector())
    accepted(await copy.send(a_sending(title="New ferry sails")))
    accepted(await copy.send(a_retraction()))
    text = office.newest.body("plain")
    assert text.startswith("Please withdraw: New ferry sails\n")
    assert "Withdrawn: the ferry never sailed." in text
    assert "It arrived at ten" not in office.newest.data.decode()
    assert office.newest.message["Importance"] == "high"
    assert copy.remote == {"thread": office.box.mails[0].message["Message-ID"]}


async def test_a_withdrawal_after_a_lost_answer_is_found_below_what_it_withdraws(office: Office) -> None:
    copy = Copy(office.connector())
    office.box.mood = Mood.LOSING
    refused(await copy.send(a_sending(title="New ferry sails")))
    office.box.mood = Mood.WELL
    accepted(await copy.send(a_retraction()))
    first, withdrawal = [each.message for each in office.box.mails]
    assert withdrawal["References"] == first["Message-ID"]
    assert withdrawal["Subject"] == "[Withdrawn] New ferry sails"


async def test_a_withdrawal_of_what_was_never_sent_names_its_address(office: Office) -> None:
    accepted(await office.connector().send(a_retraction()))
    assert office.newest.message["Subject"] == "[Withdrawn] https://harbour.example/articles/ferry"


async def test_no_word_of_an_article_or_a_partner_becomes_a_header(office: Office) -> None:
    subject = "{mark} {kicker} {title}"
    article = {"kicker": "One\r\nBcc: all@gazette.example", "title": "Two\nBcc: all@gazette.example"}
    accepted(await Copy(office.connector(subject=subject)).send(a_sending(article=article)))
    held = {"title": "Three\r\nBcc: all@gazette.example", "thread": "<first@harbour.example>"}
    accepted(await office.connector().send(replace(a_retraction(), remote=held)))
    assert [each.message["Bcc"] for each in office.box.mails] == [None, None]
    assert [each.to for each in office.box.mails] == [(DESK,), (DESK,)]


async def test_any_script_and_any_length_arrive_whole_in_short_lines_of_ascii(office: Office) -> None:
    title, name = "العبّارة تبحر " * 20, "tag:harbour.example,2026:" + "a-very-long-name-" * 20
    article = {"id": name, "language": "ar", "body_html": f"<p>{'渡轮' * 2_000}</p>"}
    accepted(await office.connector().send(a_sending(title=title.strip(), article=article, article_id=name)))
    data = office.newest.data
    assert data.isascii()
    assert max(map(len, data.split(b"\r\n"))) <= 998
    assert "渡轮" * 2_000 in office.newest.body("plain")
    assert str(office.newest.message["Subject"]).startswith("العبّارة تبحر العبّارة")
    assert office.newest.message["X-Syndicate-Id"] == name
    assert '<div lang="ar" dir="rtl">' in office.newest.body("html")


async def test_a_message_id_is_never_folded_however_long_the_domain(office: Office) -> None:
    assert office.means.mailer is not None
    server = MailServer("127.0.0.1", office.box.port, "none", f"news@{'mail.' * 12}harbour.example", USER, PASSWORD)
    office.means = replace(office.means, mailer=SMTPMailer(server, office.means.dialer, timeouts=QUICK))
    copy = Copy(office.connector())
    accepted(await copy.send(a_sending()))
    accepted(await copy.send(an_update("Sails again")))
    assert f"References: {office.box.mails[0].message['Message-ID']}\r\n".encode() in office.newest.data


async def test_pictures_travel_with_the_message_and_stand_in_their_place(office: Office) -> None:
    office.pictures.files[FERRY] = a_picture(FERRY)
    accepted(await office.connector().send(a_sending(article={"images": [{"url": FERRY, "caption": "The ferry"}]})))
    (part,) = [each for each in office.newest.message.walk() if each.get_content_maintype() == "image"]
    assert part.get_content() == office.pictures.files[FERRY].data
    assert f'src="cid:{str(part["Content-ID"])[1:-1]}"' in office.newest.body("html")
    assert FERRY in office.newest.body("plain")


async def test_pictures_beyond_the_limit_are_linked_and_it_says_so(office: Office) -> None:
    office.pictures.files |= {url: a_picture(url, 3_000) for url in (FERRY, BRIDGE)}
    images = [{"url": FERRY}, {"url": BRIDGE}]
    accepted(await office.connector(picture_limit="4KB").send(a_sending(article={"images": images})))
    page = office.newest.body("html")
    assert (FERRY in page, BRIDGE in page) == (False, True)
    assert "not to be had when it was sent: 1." in page


async def test_pictures_whose_server_hangs_are_linked_in_time() -> None:
    class Hanging:
        async def fetch(self, url: str) -> PictureFile | NoPicture:
            if url != FERRY:
                await asyncio.Event().wait()
            return a_picture(url)

    images = [Image(url=url) for url in (FERRY, BRIDGE, f"{BRIDGE}?2")]
    enclosed = await enclose(images, Hanging(), limit=9_999, within=timedelta(seconds=0.05))
    assert (list(enclosed.addresses), enclosed.linked) == ([FERRY], 2)


async def test_a_partner_that_links_pictures_is_sent_none(office: Office) -> None:
    office.pictures.files[FERRY] = a_picture(FERRY)
    connector = office.connector(profile={"pictures": "hotlink"})
    accepted(await connector.send(a_sending(article={"images": [{"url": FERRY}]})))
    assert f'src="{FERRY}"' in office.newest.body("html")
    assert "image/jpeg" not in office.newest.data.decode()


async def test_a_partner_that_reads_a_format_gets_it_as_a_file(office: Office) -> None:
    connector = office.connector(profile={"format": "ninjs"})
    sending = a_sending()
    accepted(await connector.send(sending))
    (file,) = office.newest.message.iter_attachments()
    partner = PartnerDeclaration.model_validate({"name": "gazette", "profile": {"format": "ninjs"}})
    document = Documents(partner.profile, PUBLISHER).of(sending)
    assert (file.get_filename(), file.get_content_type()) == (f"ferry.{document.suffix}", document.media_type)
    assert json.loads(file.get_payload(decode=True)) == json.loads(document.body)  # type: ignore[arg-type]  # bytes


async def test_an_address_that_was_reached_gets_nothing_twice_while_another_waits(office: Office) -> None:
    copy = Copy(office.connector(to=[DESK, NIGHT_DESK]))
    office.box.replies[NIGHT_DESK] = "450 Mailbox busy"
    outcome = refused(await copy.send(a_sending()))
    assert (outcome.certain, outcome.progressed, outcome.overloaded) == (False, True, True)
    office.box.replies.clear()
    accepted(await copy.send(a_sending()))
    assert [each.to for each in office.box.mails] == [(DESK,), (NIGHT_DESK,)]
    assert len({each.message["Message-ID"] for each in office.box.mails}) == 1


async def test_an_address_that_does_not_exist_is_told_and_costs_the_others_nothing(office: Office) -> None:
    office.box.replies[DESK] = "550 No such user"
    outcome = accepted(await office.connector(to=[DESK, NIGHT_DESK]).send(a_sending()))
    assert f"not taken for {DESK}" in outcome.answer
    assert [each.to for each in office.box.mails] == [(NIGHT_DESK,)]


async def test_the_same_delivery_is_the_same_message(office: Office) -> None:
    for _ in range(2):
        accepted(await office.connector().send(a_sending()))
    first, second = office.box.mails
    assert first.data == second.data


async def test_a_digest_is_one_message_of_all_that_is_due_corrections_first(office: Office) -> None:
    noted = {"id": "tag:h,2026:9", "correction": "It was the fourth."}
    correction = an_update("Story 9", delivery_id="msg_9", article=noted, type=EventType.CORRECTED)
    outcomes = await together(office.connector(digest=True), [*three(), correction])
    assert all(isinstance(each, Accepted) for each in outcomes)
    (mail,) = office.box.mails
    assert mail.message["Subject"] == "Harbour Daily: 4 articles"
    text = mail.body("plain")
    assert "1. Correction: Story 9\n2. Story 0\n3. Story 1\n4. Story 2\n" in text
    assert text.count("It arrived at ten.") == 4
    assert text.count("Correction: It was the fourth.") == 1


async def test_a_digest_goes_without_what_the_partners_template_cannot_write(office: Office, tmp_path: Path) -> None:
    template = tmp_path / "partner.txt"
    template.write_text("{% if article %}{{ article.extensions.code }}{% endif %}", "utf-8")
    connector = office.connector(profile={"template": template, "template_type": "text/plain"}, digest=True)
    coded = [replace(each, record=(each.record or b"")[:-1] + b',"extensions":{"code":"F1"}}') for each in three()[:2]]
    outcomes = await asyncio.gather(*(connector.send(each) for each in [*coded, three()[2]]), return_exceptions=True)
    assert [type(each) for each in outcomes] == [Accepted, Accepted, UnwritableError]
    (mail,) = office.box.mails
    assert mail.message["Subject"] == "Harbour Daily: 2 articles"


async def test_a_withdrawal_waits_for_no_digest(office: Office) -> None:
    connector = office.connector(digest=True)
    assert connector.gathers
    waiting = asyncio.create_task(together(connector, three()))
    accepted(await connector.send(a_retraction()))
    assert [str(each.message["X-Syndicate-Type"]) for each in office.box.mails] == ["article.retracted"]
    await waiting


async def test_beside_a_digest_withdrawals_go_as_many_at_a_time_as_the_partner_allows(office: Office) -> None:
    mailer = Counting()
    connector = replace(office, means=replace(office.means, mailer=mailer)).connector(digest=True)
    withdrawals = [a_retraction(delivery_id=f"msg_{n}", article_id=f"tag:h,2026:{n}") for n in range(9)]
    await together(connector, withdrawals)
    assert (mailer.sent, mailer.most) == (9, 3)


async def test_what_goes_as_one_message_is_told_as_one_answer(office: Office) -> None:
    connector = office.connector(digest=True)
    office.box.mood = Mood.BUSY
    assert sorted(refused(each).echo for each in await together(connector, three())) == [False, True, True]
    office.box.mood = Mood.WELL
    assert sorted(accepted(each).echo for each in await together(connector, three())) == [False, True, True]


async def test_a_digest_whose_answer_was_lost_is_sent_again_as_it_was(office: Office) -> None:
    connector = office.connector(digest=True)
    copies = [Copy(connector) for _ in three()]
    office.box.mood = Mood.LOSING
    lost = await asyncio.gather(*(copy.send(each) for copy, each in zip(copies, three(), strict=True)))
    office.box.mood = Mood.WELL
    newcomer = a_sending(title="Story 7", delivery_id="msg_7", article={"id": "tag:h,2026:7"})
    again = (copy.send(each) for copy, each in zip(copies, three(), strict=True))
    outcomes = await asyncio.gather(Copy(connector).send(newcomer), *again)
    assert {refused(each).retry_after for each in lost} == {pause_in_step(1)}
    assert all(isinstance(each, Accepted) for each in outcomes)
    first, *others = [str(each.message["Message-ID"]) for each in office.box.mails]
    assert len(others) == 2
    assert others.count(first) == 1
    assert {copy.remote["thread"] for copy in copies} == {first}


async def test_what_became_another_processes_is_not_in_the_digest(office: Office) -> None:
    async def lose(remote: Mapping[str, Any]) -> None:
        raise LeaseLostError("another process has it")

    ours, theirs, third = three()
    connector = office.connector(digest=True)
    sends = (connector.send(ours), connector.send(replace(theirs, keep=lose)), connector.send(third))
    first, lost, last = await asyncio.gather(*sends, return_exceptions=True)
    assert isinstance(lost, LeaseLostError)
    assert [type(each) for each in (first, last)] == [Accepted, Accepted]
    assert "Story 1" not in office.newest.body("plain")


async def test_who_leads_a_digest_and_is_stopped_leaves_nobody_waiting(office: Office) -> None:
    connector = office.connector(digest=True)
    leader, *others = [asyncio.create_task(connector.send(each)) for each in three()]
    await asyncio.sleep(0.01)
    leader.cancel()
    assert [type(each) for each in await asyncio.gather(*others)] == [Refused, Refused]
    assert office.box.mails == []


async def test_a_preview_is_the_message_but_for_the_bytes_of_pictures(office: Office) -> None:
    office.pictures.files[FERRY] = a_picture(FERRY)
    sending = a_sending(title="New ferry sails", article={"images": [{"url": FERRY}]})
    preview = office.connector().preview(sending)
    accepted(await office.connector().send(sending))
    assert preview.headers["Message-ID"] == office.newest.message["Message-ID"]
    assert [each.url for each in preview.before] == [FERRY]
    (page,) = [each for each in office.newest.data.split(b"--=_") if b"text/html" in each]
    assert page.partition(b"\r\n\r\n")[2].strip() in preview.body


def test_mail_without_a_server_is_told_when_the_configuration_is_read(office: Office) -> None:
    office.means = replace(office.means, mailer=None)
    with pytest.raises(ConfigurationError, match=r"\[smtp\]"):
        office.connector()


@pytest.mark.parametrize(
    ("options", "path"),
    [
        ({"to": "desk"}, "to.0"),
        ({"to": "desk@gazette.example\r\nBcc: all@gazette.example"}, "to.0"),
        ({"to": []}, "to"),
        ({"subject": "{titel}"}, "subject"),
        ({"digest_subject": "{kicker}"}, "digest_subject"),
    ],
)
async def test_wrong_options_are_named(office: Office, options: dict[str, Any], path: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        office.connector(**options)
    assert [violation.path for violation in raised.value.violations] == [path]
