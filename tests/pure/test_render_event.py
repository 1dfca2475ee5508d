"""What a webhook partner gets."""

from __future__ import annotations

import json

from pydantic_core import to_json

from syndicate.model.article import Article
from syndicate.model.delivery import EventType
from syndicate.model.journal import Cause
from syndicate.render.event import event_body, outgoing
from tests.builders import NOON, a_publisher, an_article


def test_an_event_carries_the_record() -> None:
    article = an_article(title="Fähre", editor_note="Embargo lifted.")
    body = event_body(
        type=EventType.UPDATED,
        at=NOON,
        record=to_json(article.wire()),
        article_id=article.id,
        url=article.url,
        revision=2,
        seq=7,
        cause=None,
        public_note=None,
    )
    assert "Fähre".encode() in body
    assert b'": ' not in body
    event = json.loads(body)
    assert (event["type"], event["timestamp"]) == ("article.updated", "2026-03-04T12:00:00Z")
    assert Article.model_validate(event["data"].pop("article")) == article
    assert event["data"] == {
        "schema": 1,
        "id": "tag:harbour.example,2026:ferry",
        "url": "https://harbour.example/articles/ferry",
        "revision": 2,
        "seq": 7,
        "cause": None,
        "public_note": None,
    }


def test_a_retraction_carries_its_note_and_nothing_of_the_article() -> None:
    body = event_body(
        type=EventType.RETRACTED,
        at=NOON,
        record=None,
        article_id="tag:harbour.example,2026:ferry",
        url="https://harbour.example/articles/ferry",
        revision=3,
        seq=9,
        cause=Cause.RETRACTED,
        public_note="Withdrawn.",
    )
    data = json.loads(body)["data"]
    assert (data["article"], data["cause"], data["public_note"]) == (None, "retracted", "Withdrawn.")


def test_a_record_that_leaves_names_its_source_and_address() -> None:
    bare = an_article(source=None, url=None, editor_note="For the desk.")
    left = outgoing(bare, a_publisher())
    assert left.source is not None
    assert (left.source.name, left.source.url) == ("Harbour Daily", "https://harbour.example/")
    assert left.url == "https://harbour.example/articles/ferry"
    assert left.editor_note == "For the desk."


def test_a_record_that_names_its_source_and_address_keeps_them() -> None:
    article = an_article(url="https://wire.example/1", source={"name": "Wire", "url": "https://wire.example/"})
    assert outgoing(article, a_publisher()) == article
