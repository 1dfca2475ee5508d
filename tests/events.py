"""Events as a webhook partner gets them, with valid defaults."""

from __future__ import annotations

import json
from typing import Any

from pydantic_core import to_json

from syndicate.model.delivery import EventType
from syndicate.model.journal import Cause
from syndicate.render.event import event_body
from tests.builders import NOON, an_article, an_image


def an_event(kind: str = "article.published", **data: Any) -> dict[str, Any]:
    """Build the body of a delivery; `data` changes what stands under that key."""
    article = an_article(images=[an_image()])
    withdrawn = kind == "article.retracted"
    body = event_body(
        type=EventType(kind),
        at=NOON,
        record=None if withdrawn else to_json(article.wire()),
        article_id=article.id,
        url=article.url,
        revision=1,
        seq=1,
        cause=Cause.RETRACTED if withdrawn else None,
        public_note="It was not so." if withdrawn else None,
    )
    event: dict[str, Any] = json.loads(body)
    event["data"] |= data
    return event


def a_test_event() -> dict[str, Any]:
    """Build what `syndicate partners test` sends."""
    nothing: dict[str, Any] = {"record": None, "url": None, "cause": None, "public_note": None}
    body = event_body(type=EventType.TEST, at=NOON, article_id="tag:syndicate,2026:test", revision=0, seq=0, **nothing)
    event: dict[str, Any] = json.loads(body)
    return event
