"""Mail messages: text beside HTML, pictures enclosed, documents attached; nothing in them is left to chance."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from types import MappingProxyType

from syndicate.connectors.documents import Document
from syndicate.connectors.means import PictureFile
from syndicate.net.mail_policy import MAIL_POLICY, plain_subject
from syndicate.render.plain_text import text_of

# Seven bits pass every server. A line of a header that folds at 78 is never near the 998 of RFC 5322.
# RFC 5322 allows more, but what cannot be folded must fit on a line beside the header's name.
_LONGEST_DOMAIN = 30


@dataclass(frozen=True)
class Letter:
    """What is written: `html` for programs, `plain` is the HTML that the text is made from.

    `pictures` are enclosed by their Content-ID, `documents` attached by their file names.
    """

    id: str
    subject: str
    html: str
    plain: str
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    pictures: Mapping[str, PictureFile] = field(default_factory=lambda: MappingProxyType({}))
    documents: Mapping[str, Document] = field(default_factory=lambda: MappingProxyType({}))


def message_id(parts: Sequence[str], domain: str) -> str:
    """Return the Message-ID that is always that of these parts, whatever their order."""
    digest = hashlib.sha256("\n".join(sorted(parts)).encode()).hexdigest()[:24]
    return f"<{digest}@{_short(domain)}>"


def content_id(url: str) -> str:
    """Return the Content-ID of a picture, without the brackets."""
    return f"{hashlib.sha256(url.encode()).hexdigest()[:24]}@picture"


def write(letter: Letter, *, sender: Address, to: Sequence[str], reply_to: str | None, at: datetime) -> EmailMessage:
    """Write a letter as a message."""
    message = EmailMessage(policy=MAIL_POLICY)
    message["From"] = sender
    message["To"] = [address_of(each) for each in to]
    if reply_to:
        message["Reply-To"] = address_of(reply_to)
    message["Subject"] = plain_subject(letter.subject)
    message["Date"] = format_datetime(at)
    message["Message-ID"] = letter.id
    for name, value in letter.headers.items():
        message[name] = value
    message.set_content(text_of(letter.plain))
    message.add_alternative(letter.html, subtype="html")
    _enclose(message, letter)
    # Chance would choose boundaries otherwise. "=_" stands in no encoded part.
    for number, part in enumerate(each for each in message.walk() if each.is_multipart()):
        part.set_boundary(f"=_{letter.id[1:25]}_{number}")
    return message


def address_of(address: str, name: str = "") -> Address:
    """Return an address for a header, with the name it goes by."""
    local, _, domain = address.rpartition("@")
    return Address(display_name=name, username=local, domain=domain)


def _enclose(message: EmailMessage, letter: Letter) -> None:
    page = message.get_body(("html",))
    assert page is not None
    for cid, picture in letter.pictures.items():
        maintype, subtype = picture.type.split("/")
        name = f"{cid.split('@', 1)[0][:12]}.{picture.suffix}"
        page.add_related(picture.data, maintype, subtype, cid=f"<{cid}>", filename=name, disposition="inline")
    for name, document in letter.documents.items():
        maintype, _, subtype = document.media_type.partition(";")[0].strip().partition("/")
        # As bytes: what a partner's program reads must arrive as it was written.
        message.add_attachment(document.body, maintype, subtype, filename=name, cte="base64")


def _short(domain: str) -> str:
    if len(domain) <= _LONGEST_DOMAIN:
        return domain
    return f"{hashlib.sha256(domain.encode()).hexdigest()[:16]}.invalid"
