"""Mail servers on loopback that behave as a test needs, and the mailboxes behind them."""

from __future__ import annotations

import asyncio
import ssl
import warnings
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from syndicate.connectors.suite.site import Mood

USER, PASSWORD = "syndicate", "canary-of-the-mail-server"  # a canary
# Self-signed for the name localhost.
CERTIFICATE = Path(__file__).with_name("localhost.pem")


@dataclass(frozen=True)
class Mail:
    """One message as it was handed over."""

    sender: str
    to: tuple[str, ...]
    data: bytes

    @property
    def message(self) -> EmailMessage:
        parsed = message_from_bytes(self.data, policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        return parsed

    def body(self, kind: str) -> str:
        part = self.message.get_body((kind,))
        assert part is not None
        text = part.get_content()
        assert isinstance(text, str)
        return text.replace("\r\n", "\n")


@dataclass
class Mailbox:
    """What a server took; `mood` is how it treats what comes, `replies` what it says to whom it will not have."""

    mood: Mood = Mood.WELL
    mails: list[Mail] = field(default_factory=list)
    refused: list[Mail] = field(default_factory=list)
    replies: dict[str, str] = field(default_factory=dict)
    data_reply: str = "250 OK"
    port: int = 0
    server: asyncio.Server | None = None

    def close(self) -> None:
        assert self.server is not None
        self.server.close()

    def authenticate(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        known = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=known and self.mood is not Mood.LOCKED, handled=False)

    async def handle_MAIL(  # noqa: N802  # the name and signature of aiosmtpd
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.mood is Mood.SILENT:
            await asyncio.Event().wait()
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802  # as above
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        moody = {Mood.REFUSING: "550 5.1.1 No such user", Mood.BUSY: "451 4.7.1 Greylisted, come back later"}
        reply = self.replies.get(address) or moody.get(self.mood)
        if reply is None:
            envelope.rcpt_tos.append(address)
        return reply or "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  # as above
        assert isinstance(envelope.content, bytes)
        mail = Mail(str(envelope.mail_from), tuple(envelope.rcpt_tos), envelope.content)
        (self.mails if self.data_reply.startswith("2") else self.refused).append(mail)
        if self.mood is Mood.LOSING:
            await asyncio.Event().wait()
        return self.data_reply


def server_tls() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    return context


@asynccontextmanager
async def mailbox(*, starttls: bool = False, tls: bool = False, **more: Any) -> AsyncIterator[Mailbox]:
    """Run a server that demands a login, on a port of its own."""
    box = Mailbox()
    values: dict[str, Any] = {"authenticator": box.authenticate, "auth_required": True, "auth_require_tls": starttls}
    values |= {"tls_context": server_tls() if starttls else None, "require_starttls": starttls, "enable_SMTPUTF8": True}

    def serve() -> SMTP:
        with warnings.catch_warnings():
            # It advises against logins without TLS, which some of these tests are about.
            warnings.simplefilter("ignore", UserWarning)
            return SMTP(box, hostname="mail.test", **(values | more))

    loop = asyncio.get_running_loop()
    box.server = await loop.create_server(serve, "127.0.0.1", 0, ssl=server_tls() if tls else None)
    box.port = box.server.sockets[0].getsockname()[1]
    try:
        yield box
    finally:
        box.close()


def told(mails: Sequence[Mail]) -> list[EmailMessage]:
    """Return messages as a mail program shows them: each Message-ID once."""
    return list({str(each.message["Message-ID"]): each.message for each in reversed(mails)}.values())[::-1]
