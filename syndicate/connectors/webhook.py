"""Signed deliveries over HTTP: Standard Webhooks 1.0.0."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from syndicate.connectors.answers import outcome_of
from syndicate.connectors.contract import Accepted, Outcome, Preview, Sending
from syndicate.connectors.documents import Document, Documents
from syndicate.connectors.means import ConnectorKind, Setting
from syndicate.model.addresses import WebUrl, normalise_web_url
from syndicate.model.delivery import EventType
from syndicate.net.client import Client
from syndicate.net.exchange import Answer, Failure
from syndicate.policy.addresses import redact_url
from syndicate.policy.signing import decode_secret, sign
from syndicate.render.event import event_body


class WebhookOptions(BaseModel):
    """The partner's receiving address."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    url: WebUrl


class Webhook:
    """Post each event to one address, signed with every secret; `clock` tells the time of the attempt."""

    # By the total that the client allows for one exchange.
    bounded = True
    gathers = False

    def __init__(
        self,
        options: WebhookOptions,
        secrets: tuple[bytes, ...],
        *,
        documents: Documents,
        client: Client,
        clock: Callable[[], datetime],
    ) -> None:
        self._url = options.url
        self._secrets = secrets
        self._documents = documents
        self._client = client
        self._clock = clock

    async def send(self, sending: Sending) -> Outcome:
        return await self._post(sending.delivery_id, self._documents.of(sending))

    async def test(self, *, delivery_id: str, at: datetime) -> Outcome:
        """Send a signed test event, which receivers acknowledge and forget."""
        return await self._post(delivery_id, Document(_test_body(at), "application/json", "json"))

    def preview(self, sending: Sending) -> Preview:
        document = self._documents.of(sending)
        return Preview("POST", redact_url(self._url), self._headers(sending.delivery_id, document), document.body)

    async def aclose(self) -> None:
        """Hold nothing open: the client is shared."""

    async def _post(self, delivery_id: str, document: Document) -> Outcome:
        headers = self._headers(delivery_id, document)
        result = await self._client.post(self._url, body=document.body, headers=headers)
        digest = hashlib.sha256(document.body).hexdigest()
        outcome = outcome_of(result, now=self._clock(), payload_digest=digest)
        return _with_copy(outcome, result) if isinstance(outcome, Accepted) else outcome

    def _headers(self, delivery_id: str, document: Document) -> Mapping[str, str]:
        timestamp = int(self._clock().timestamp())
        return {
            "Content-Type": document.media_type,
            "webhook-id": delivery_id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": sign(self._secrets, id=delivery_id, timestamp=timestamp, body=document.body),
        }


def _test_body(at: datetime) -> bytes:
    return event_body(
        type=EventType.TEST,
        at=at,
        record=None,
        article_id=None,
        url=None,
        revision=None,
        seq=None,
        cause=None,
        public_note=None,
    )


def _with_copy(accepted: Accepted, result: Answer | Failure) -> Accepted:
    if not isinstance(result, Answer) or not result.complete or not result.body_start:
        return accepted
    return dataclasses.replace(accepted, url=copy_address(result.body_start))


def copy_address(body: bytes) -> str | None:
    """Return the address of the copy that an answer such as `{"url": "https://…"}` names; None for any other answer."""
    try:
        answer = json.loads(body)
        return normalise_web_url(answer["url"]) if isinstance(answer, dict) and "url" in answer else None
    except (ValueError, RecursionError):  # Anybody's bytes: not JSON, nested without end, or no web address.
        return None


def _make(options: WebhookOptions, setting: Setting) -> Webhook:
    keys = tuple(decode_secret(text) for text in setting.secrets["signing_secret"])
    means, documents = setting.means, Documents(setting.partner.profile, setting.publisher)
    return Webhook(options, keys, documents=documents, client=means.client, clock=means.clock)


KIND = ConnectorKind("webhook", WebhookOptions, (frozenset({"signing_secret"}),), _make)
