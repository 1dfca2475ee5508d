"""Messages handed to the operator's mail server; what it or the network does wrong is an outcome."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from email.message import EmailMessage
from typing import Literal

from aiosmtplib import SMTP, SMTPAuthenticationError, SMTPException, SMTPRecipientRefused, SMTPResponseException

from syndicate.model.text import strip_forbidden
from syndicate.net.dialer import Dialer
from syndicate.net.exchange import Timeouts
from syndicate.net.guard import BlockedError
from syndicate.net.mail_policy import MAIL_POLICY, WIDE_MAIL_POLICY
from syndicate.policy.outcome import Accepted, Outcome, Refused

# `read` is the wait for each reply; the reply to a whole message may take what is left of `total`.
MAIL = Timeouts(total=timedelta(minutes=2), read=timedelta(seconds=30))
# RFC 5321 sections 4.2.2 and 4.2.3, RFC 4954 section 6.
_OVERLOADED = frozenset({421, 450, 451, 452})
_UNAUTHORISED = frozenset({432, 454, 530, 534, 535, 538})
_TOO_LARGE = 552
_FAILURES = (SMTPException, OSError)
_QUIT_SECONDS = 2
_SHOWN_CHARACTERS = 1_000


@dataclass(frozen=True)
class MailServer:
    """The [smtp] section with its secret."""

    host: str
    port: int
    security: Literal["starttls", "tls", "none"]
    sender: str
    user: str | None = None
    password: str = field(default="", repr=False)

    @property
    def credentials(self) -> tuple[bytes, bytes] | None:
        return None if self.user is None else (self.user.encode(), self.password.encode())


class SMTPMailer:
    """Hand messages to one server, a connection for each; TLS is verified (`tls` replaces the trusted authorities)."""

    def __init__(
        self, server: MailServer, dialer: Dialer, *, timeouts: Timeouts = MAIL, tls: ssl.SSLContext | None = None
    ) -> None:
        self._server = server
        self._dialer = dialer
        self._timeouts = timeouts
        self._tls = tls or ssl.create_default_context()

    @property
    def sender(self) -> str:
        return self._server.sender

    async def send(self, message: EmailMessage, *, to: Sequence[str]) -> Outcome:
        """Hand a message over; taken as soon as it is for one of `to`, the answer tells for whom it is not."""
        wide = _is_wide(message, (self.sender, *to))
        # With pictures it is of many megabytes.
        body = await asyncio.to_thread(message.as_bytes, policy=WIDE_MAIL_POLICY if wide else MAIL_POLICY)
        digest = hashlib.sha256(body).hexdigest()
        outcome = await self._converse(_Envelope(self.sender, tuple(to), body, wide=wide))
        # What never left has no digest.
        return outcome if isinstance(outcome, Refused) and outcome.certain else replace(outcome, payload_digest=digest)

    async def probe(self, *, to: Sequence[str]) -> Outcome:
        """Go as far as the server's word that it would take a message for `to`, and send none."""
        wide = not "".join((self.sender, *to)).isascii()
        return await self._converse(_Envelope(self.sender, tuple(to), None, wide=wide))

    async def _converse(self, envelope: _Envelope) -> Outcome:
        if self._server.credentials and self._server.security == "none" and not await self._may_login_openly():
            return Refused("credentials may not go there without TLS", permanent=True, certain=True)
        async with contextlib.AsyncExitStack() as opened:
            try:
                async with asyncio.timeout(self._timeouts.total.total_seconds()):
                    smtp = await self._opened()
                    opened.callback(smtp.close)
                    outcome = await self._answered(smtp, envelope)
            except _FAILURES as error:
                return _failed(error, envelope)
            await _take_leave(smtp)
        return outcome

    async def _may_login_openly(self) -> bool:
        return await self._dialer.may_carry_secrets(self._server.host, self._server.port)

    async def _opened(self) -> SMTP:
        server = self._server
        sock = await self._dialer.dial(server.host, server.port)
        smtp = SMTP(
            sock=sock,
            hostname=server.host,
            # The library would ask the name server for our own name, for as long as that takes.
            local_hostname=_ascii_domain(server.sender),
            timeout=self._timeouts.read.total_seconds(),
            use_tls=server.security == "tls",
            start_tls=server.security == "starttls",
            tls_context=self._tls,
        )
        try:
            await smtp.connect()
        except BaseException:
            sock.close()
            raise
        return smtp

    async def _answered(self, smtp: SMTP, envelope: _Envelope) -> Outcome:
        """Return what the server said, yes or no; raises where it said nothing."""
        try:
            return await self._deliver(smtp, envelope)
        except SMTPResponseException as error:
            return _failed(error, envelope)

    async def _deliver(self, smtp: SMTP, envelope: _Envelope) -> Outcome:
        if self._server.credentials:
            await smtp.login(*self._server.credentials)
        await envelope.address(smtp)
        if envelope.body is None:
            return Accepted(status=250, answer=envelope.told())
        envelope.began = True
        reply = await smtp.data(envelope.body, timeout=self._timeouts.total.total_seconds())
        return Accepted(status=reply.code, answer="; ".join(filter(None, (_shown(reply.message), envelope.told()))))


@dataclass
class _Envelope:
    """One message on its way; `began` from the moment on when the server may have all of it.

    `known` as soon as what the server says is about this message: before that, it is about us, and we may mend it.
    """

    sender: str
    to: tuple[str, ...]
    body: bytes | None
    wide: bool
    known: bool = False
    began: bool = False
    refusals: list[SMTPRecipientRefused] = field(default_factory=list)

    async def address(self, smtp: SMTP) -> None:
        """Name the sender and the recipients; raises the first refusal where nobody is left."""
        await smtp.ehlo()
        if self.wide and not smtp.supports_extension("smtputf8"):
            self.known = True
            raise SMTPResponseException(553, "the server takes no addresses beyond ASCII")
        encoding = "utf-8" if self.wide else "ascii"
        await smtp.mail(self.sender, options=self._options(smtp), encoding=encoding)
        self.known = True
        for address in self.to:
            try:
                await smtp.rcpt(address, encoding=encoding)
            except SMTPRecipientRefused as refusal:
                self.refusals.append(refusal)
        if len(self.refusals) == len(self.to):
            # Whoever may take it later makes it worth another try.
            raise min(self.refusals, key=lambda refusal: refusal.code)

    def _options(self, smtp: SMTP) -> list[str]:
        sized = self.body is not None and smtp.supports_extension("size")
        return [*([f"SIZE={len(self.body or b'')}"] if sized else []), *(["SMTPUTF8"] if self.wide else [])]

    def told(self) -> str:
        """Say for whom the message was not taken."""
        return "; ".join(
            f"not taken for {each.recipient}: {each.code} {_shown(each.message)}" for each in self.refusals
        )


async def _take_leave(smtp: SMTP) -> None:
    """End the conversation as RFC 5321 asks; how that goes takes nothing from what was achieved."""
    with contextlib.suppress(*_FAILURES):
        await smtp.quit(timeout=_QUIT_SECONDS)


def _is_wide(message: EmailMessage, addresses: Sequence[str]) -> bool:
    """Tell whether an address of the message is beyond ASCII, so that it needs SMTPUTF8 (RFC 6531)."""
    named = [each.addr_spec for name in ("From", "To", "Reply-To") if message[name] for each in message[name].addresses]
    return not "".join((*named, *addresses)).isascii()


def _failed(error: Exception, envelope: _Envelope) -> Refused:
    match error:
        case SMTPAuthenticationError(code=code):
            # Its text may repeat what was shown to it.
            return Refused(
                f"the mail server rejected the login with {code}", certain=True, unauthorised=True, status=code
            )
        case SMTPResponseException(code=code) if 400 <= code < 600:
            return _answered(code, str(error.message), known=envelope.known)
        case BlockedError():
            return Refused(str(error), permanent=True, certain=True)
    return Refused(_fault(error), certain=not envelope.began, overloaded=isinstance(error, TimeoutError))


def _answered(code: int, text: str, *, known: bool) -> Refused:
    unauthorised = code in _UNAUTHORISED
    return Refused(
        f"the mail server answered {code}",
        permanent=code == _TOO_LARGE or (known and code >= 500 and not unauthorised),
        certain=True,
        status=code,
        answer=_shown(text),
        unauthorised=unauthorised,
        overloaded=code in _OVERLOADED,
    )


# The first that fits is told.
_FAULTS: tuple[tuple[type[Exception], str], ...] = (
    (ssl.SSLCertVerificationError, "the mail server's certificate is not valid"),
    (ssl.SSLError, "TLS with the mail server failed"),
    (TimeoutError, "the mail server did not answer in time"),
    (ConnectionRefusedError, "the mail server refused the connection"),
    (ConnectionError, "the mail server closed the connection"),
    (SMTPException, "the mail server does not speak as it must"),
    (OSError, "cannot connect to the mail server"),
)


def _fault(error: BaseException) -> str:
    cause = error.__cause__ if isinstance(error, SMTPException) and error.__cause__ else error
    told = next(words for kind, words in _FAULTS if isinstance(cause, kind))
    match cause:
        case ssl.SSLCertVerificationError(verify_message=reason):
            return f"{told}: {reason}"
        case SMTPException(message=reason) if type(cause) is SMTPException:
            return f"{told}: {_shown(str(reason))}"
    return told


def _shown(text: str) -> str:
    return strip_forbidden(" ".join(text.split()))[:_SHOWN_CHARACTERS]


def _ascii_domain(address: str) -> str:
    return address.rpartition("@")[2].encode("idna").decode("ascii")
