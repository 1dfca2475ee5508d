"""Write docs/schemas/event.schema.json: what a webhook partner gets, as JSON Schema made from our own types.

Looser than what we accept: a receiver must ignore keys that it does not know, so none is forbidden.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from syndicate.model.article import Article
from syndicate.model.delivery import EventType
from syndicate.model.journal import Cause

TARGET = Path(__file__).resolve().parents[1] / "docs" / "schemas" / "event.schema.json"
# What the service settles before a record goes out, whatever its author left open.
ALWAYS_SENT = ["schema", "id", "url", "title", "source", "published_at", "updated_at"]
CHANGES = [EventType.PUBLISHED, EventType.UPDATED, EventType.CORRECTED]
ARTICLE = {"$ref": "#/$defs/Article"}
NOTHING = {"type": "null"}


def event_schema() -> dict[str, Any]:
    """Return the schema of one event's body."""
    article = _open(Article.model_json_schema(by_alias=True))
    parts = article.pop("$defs")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "syndicate event",
        "description": "The body of one delivery to a webhook partner. Ignore keys that you do not know.",
        "type": "object",
        "required": ["type", "timestamp", "data"],
        "properties": {
            "type": {"enum": [kind.value for kind in EventType], "description": "Ignore types that you do not know."},
            "timestamp": {"type": "string", "format": "date-time", "description": "When it happened."},
            "data": _data(),
        },
        "allOf": [
            _only_where([EventType.RETRACTED], article=NOTHING, cause={"enum": [cause.value for cause in Cause]}),
            _only_where(CHANGES, article=ARTICLE, cause=NOTHING, url={"type": "string"}, revision={"minimum": 1}),
        ],
        "$defs": parts | {"Article": article | {"required": ALWAYS_SENT}},
    }


def _data() -> dict[str, Any]:
    properties = {
        "schema": {"const": 1},
        "id": {"type": "string", "format": "uri", "description": "Names the article for ever; compare byte for byte."},
        "url": {"type": ["string", "null"], "format": "uri", "description": "The article's address at its publisher."},
        "revision": {"type": "integer", "minimum": 0},
        "seq": {"type": "integer", "minimum": 0, "description": "The order of changes; the highest is the newest."},
        "cause": {"anyOf": [{"enum": [cause.value for cause in Cause]}, NOTHING]},
        "public_note": {"type": ["string", "null"], "description": "What readers may be told of a retraction."},
        "article": {"anyOf": [ARTICLE, NOTHING]},
    }
    return {"type": "object", "required": list(properties), "properties": properties}


def _only_where(kinds: list[EventType], **data: dict[str, Any]) -> dict[str, Any]:
    return {
        "if": {"properties": {"type": {"enum": [kind.value for kind in kinds]}}},
        "then": {"properties": {"data": {"properties": data}}},
    }


def _open(node: Any) -> Any:
    """Drop what forbids unknown keys, and the defaults: an absent key says that there is nothing."""
    if isinstance(node, list):
        return [_open(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {key: _open(value) for key, value in node.items() if key not in ("additionalProperties", "default")}


def document() -> str:
    """Return the file's text; equal types give equal text."""
    return json.dumps(event_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(document(), "utf-8")
