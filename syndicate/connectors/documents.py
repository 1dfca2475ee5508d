"""What a partner is handed of a delivery: one document in the format that its profile asks for."""

from __future__ import annotations

from dataclasses import dataclass

from syndicate.connectors.contract import Sending
from syndicate.model.declarations import Profile, Publisher
from syndicate.render.event import event_body


@dataclass(frozen=True)
class Document:
    """`suffix` is that of a file with it, without a dot."""

    body: bytes
    media_type: str
    suffix: str


class Documents:
    """Writes deliveries for one partner; equal sendings give equal bytes. May raise ConfigurationError when made."""

    def __init__(self, profile: Profile, publisher: Publisher) -> None:
        self._profile = profile
        self._publisher = publisher

    def of(self, sending: Sending) -> Document:
        """Write the article as it stands, or its withdrawal, of which nothing but the public note leaves."""
        return Document(_event(sending), "application/json", "json")


def _event(sending: Sending) -> bytes:
    return event_body(
        type=sending.type,
        at=sending.at,
        record=sending.record,
        article_id=sending.article_id,
        url=sending.url,
        revision=sending.revision,
        seq=sending.seq,
        cause=sending.cause,
        public_note=sending.public_note,
    )
