"""Subjects in any script come back as they were written, in lines that every server takes."""

from __future__ import annotations

import email
from email.header import decode_header, make_header
from email.message import EmailMessage

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from syndicate.net.mail_policy import MAIL_POLICY, WIDE_MAIL_POLICY, plain_subject

# One line of words, as the subject of a mail is.
LINES = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "M", "Zs")), min_size=1, max_size=300).map(
    lambda text: " ".join(text.split())
)


def a_mail(subject: str) -> EmailMessage:
    mail = EmailMessage(policy=MAIL_POLICY)
    mail["Subject"] = plain_subject(subject)
    mail.set_content("The ferry left at nine.")
    return mail


@given(subject=LINES.filter(bool))
@example(subject="The ruins of Raqqa: pictures after ISIS’s ‘caliphate capital’ is retaken")
@example(subject="’ ’ ’")
@example(subject="New ferry sails " * 20 + "on time")
@example(subject="x" * 300)
@example(subject="Ü " * 100 + "end")
def test_a_subject_keeps_its_words_and_the_spaces_between_them(subject: str) -> None:
    data = a_mail(subject).as_bytes(policy=MAIL_POLICY)
    assert data.isascii()
    assert max(map(len, data.split(b"\r\n"))) <= 998
    folded = email.message_from_bytes(data)["Subject"]
    # As readers do: unfolded first (RFC 5322 section 2.2.3), then decoded.
    assert str(make_header(decode_header(folded.replace("\r\n", "").strip()))) == subject


@pytest.mark.parametrize("words", ["=?utf-8?q?looks?=", "=?utf-8?q?a=0D=0ABcc:_all@gazette.example?=", "=?=?="])
def test_words_that_look_encoded_are_not_decoded(words: str) -> None:
    data = a_mail(f"What {words} encoded").as_bytes(policy=MAIL_POLICY)
    assert email.message_from_bytes(data)["Bcc"] is None
    assert str(make_header(decode_header(email.message_from_bytes(data)["Subject"]))) == (
        f"What {words.replace('=?', '= ?')} encoded"
    )


def test_a_subject_of_plain_words_is_written_plainly() -> None:
    assert b"Subject: New ferry sails\r\n" in a_mail("New ferry sails").as_bytes(policy=MAIL_POLICY)


def test_where_servers_take_any_script_nothing_is_encoded() -> None:
    assert "Subject: Fähre läuft aus\r\n".encode() in a_mail("Fähre läuft aus").as_bytes(policy=WIDE_MAIL_POLICY)
