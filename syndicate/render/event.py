"""What a webhook partner gets: the event's body, and the record as it leaves."""

from __future__ import annotations

import json
from datetime import datetime

from syndicate.model.article import Article, Source
from syndicate.model.declarations import Publisher
from syndicate.model.delivery import EventType
from syndicate.model.instants import rfc3339
from syndicate.model.journal import Cause


def event_body(  # noqa: PLR0913  # one argument for each member of the body, by name
    *,
    type: EventType,  # noqa: A002  # the member's name in Standard Webhooks
    at: datetime,
    article: Article | None,
    article_id: str | None,
    url: str | None,
    revision: int | None,
    seq: int | None,
    cause: Cause | None,
    public_note: str | None,
) -> bytes:
    """Write the body of a delivery as compact UTF-8 JSON; every member stands, null where there is no value.

    `article` is the outgoing record, null for a retraction, of which nothing but `public_note` leaves.
    """
    data = {
        "schema": 1,
        "id": article_id,
        "url": url,
        "revision": revision,
        "seq": seq,
        "cause": cause,
        "public_note": public_note,
        "article": article.wire() if article else None,
    }
    event = {"type": type, "timestamp": rfc3339(at), "data": data}
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()


def outgoing(article: Article, publisher: Publisher) -> Article:
    """Return the record as it leaves: with `source` and an absolute `url`, ours where it names none."""
    source = article.source or Source(name=publisher.title, url=f"{publisher.root}/")
    url = article.url or f"{publisher.root}/articles/{article.slug}"
    return article.model_copy(update={"source": source, "url": url})
