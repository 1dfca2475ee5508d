"""What a partner is handed of a delivery: one document in the format that its profile asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from syndicate.connectors.contract import Sending
from syndicate.connectors.templates import PartnerTemplate
from syndicate.model.article import Article
from syndicate.model.declarations import Profile, Publisher
from syndicate.render.event import event_body
from syndicate.render.formats.story import Story, Withdrawal
from syndicate.render.formats.table import FORMATS

_AS_THEY_ARE: Mapping[str, str] = MappingProxyType({})


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
            withdrawn = kind.write_withdrawal(_withdrawal(sending, self._publisher))
            return Document(withdrawn, kind.withdrawal_type or kind.media_type, kind.suffix)
        story = story_of(sending, article, self._profile, self._publisher)
        return Document(kind.write(story), kind.media_type, kind.suffix)


def story_of(
    sending: Sending,
    article: Article,
    profile: Profile,
    publisher: Publisher,
    *,
    addresses: Mapping[str, str] = _AS_THEY_ARE,
) -> Story:
    """Return what formats are written from; `addresses` are where the partner keeps its copies of pictures."""
    return Story(
        id=sending.article_id,
        url=sending.url or article.url or f"{publisher.root}/articles/{sending.slug}",
        article=article,
        profile=profile,
        publisher=publisher,
        # The revision would not do: rights that end change or withdraw what goes, and make no revision.
        version=sending.seq,
        at=sending.at,
        type=sending.type,
        addresses=addresses,
    )


def _withdrawal(sending: Sending, publisher: Publisher) -> Withdrawal:
    return Withdrawal(
        id=sending.article_id,
        url=sending.url,
        publisher=publisher,
        version=sending.seq,
        at=sending.at,
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
