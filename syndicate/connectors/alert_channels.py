"""The ways to operators: a chat's or pager's incoming webhook, and mail. Neither goes through what alerts tell of."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage

from syndicate.connectors.answers import outcome_of
from syndicate.connectors.means import Clock, Mailer
from syndicate.model.alerts import Message
from syndicate.net.client import Client
from syndicate.net.mail_policy import MAIL_POLICY, plain_subject
from syndicate.policy.outcome import Outcome, Refused
from syndicate.render.alert_text import document, headline, plain_document, text

MOST_SUBJECT_CHARACTERS = 150
# A chat that refuses a key it does not know says that the request is wrong.
_WRONG = 400
_NEVER = datetime.min.replace(tzinfo=UTC)


class WebhookChannel:
    """POSTs JSON with a `text`. The address itself is the secret, as chats have it, so that nothing is signed."""

    name = "webhook"

    def __init__(self, url: str, client: Client, clock: Clock) -> None:
        self._url = url
        self._client = client
        self._clock = clock

    async def tell(self, message: Message) -> Outcome:
        """Hand a message over; some chats take nothing but the text."""
        if not await self._client.may_carry_secrets(self._url):
            return Refused("its address may only be called over https", certain=True)
        outcome = await self._post(document(message))
        if isinstance(outcome, Refused) and outcome.status == _WRONG:
            return await self._post(plain_document(message))
        return outcome

    async def _post(self, body: bytes) -> Outcome:
        result = await self._client.post(self._url, body=body, headers={"Content-Type": "application/json"})
        return outcome_of(result, now=self._clock())


class MailChannel:
    """Sends mail through the server of [smtp]."""

    name = "email"

    def __init__(self, address: str, mailer: Mailer) -> None:
        self._address = address
        self._mailer = mailer

    async def tell(self, message: Message) -> Outcome:
        """Hand a message over."""
        return await self._mailer.send(self._mail(message), to=[self._address])

    def _mail(self, message: Message) -> EmailMessage:
        mail = EmailMessage(policy=MAIL_POLICY)
        mail["From"] = self._mailer.sender
        mail["To"] = self._address
        mail["Subject"] = plain_subject(headline(message)[:MOST_SUBJECT_CHARACTERS])
        mail["Date"] = message.at
        # The same when it is sent again after an answer that was lost.
        mail["Message-ID"] = f"<alert-{_digest(message)}@{self._mailer.sender.rpartition('@')[2]}>"
        # RFC 3834 5: no vacation notice answers it.
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(text(message))
        return mail


def _digest(message: Message) -> str:
    """Return what is the same for the same alerts, whenever they are told; each test is one of its own."""
    told = message if message.empty else replace(message, at=_NEVER)
    return hashlib.sha256(document(told)).hexdigest()[:32]
