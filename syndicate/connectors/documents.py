"""What a partner is handed of a delivery: one document in the format that its profile asks for."""

from __future__ import annotations

from dataclasses import dataclass

from syndicate.connectors.contract import Sending
from syndicate.connectors.templates import PartnerTemplate
from syndicate.model.article import Article
from syndicate.model.declarations import Profile, Publisher
from syndicate.model.delivery import EventType
from syndicate.render.event import event_body
from syndicate.render.formats.story import Story, Withdrawal, withdrawing_version
from syndicate.render.formats.table import FORMATS


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
        self._template = PartnerTemplate(profile.template, profile, publisher) if profile.template else None

    def of(self, sending: Sending) -> Document:
        """Write the article as it stands, or its withdrawal, of which nothing but the public note leaves.

        Raises UnwritableError where the partner's template cannot write this article.
        """
        if self._template is not None:
            return Document(self._template.write(sending), self._profile.template_type, self._template.suffix)
        if self._profile.format == "article":
            return Document(_event(sending), "application/json", "json")
        kind, article = FORMATS[self._profile.format], sending.article
        if article is None:
            withdrawn = kind.write_withdrawal(self._withdrawal(sending))
            return Document(withdrawn, kind.withdrawal_type or kind.media_type, kind.suffix)
        return Document(kind.write(self._story(sending, article)), kind.media_type, kind.suffix)

    def _story(self, sending: Sending, article: Article) -> Story:
        return Story(
            id=sending.article_id,
            url=sending.url or article.url or f"{self._publisher.root}/articles/{sending.slug}",
            article=article,
            profile=self._profile,
            publisher=self._publisher,
            version=sending.revision,
            at=sending.at,
            is_correction=sending.type is EventType.CORRECTED,
        )

    def _withdrawal(self, sending: Sending) -> Withdrawal:
        return Withdrawal(
            id=sending.article_id,
            url=sending.url,
            publisher=self._publisher,
            version=withdrawing_version(sending.revision, sending.cause),
            at=sending.at,
            cause=sending.cause,
            public_note=sending.public_note,
        )


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
