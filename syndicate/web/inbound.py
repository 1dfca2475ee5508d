"""/inbound/<upstream>: signed deliveries from another publisher."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web

from syndicate.actions.receive import Event, receive
from syndicate.errors import BadSignatureError, InvalidRecordError, UpstreamNotFoundError, Violation
from syndicate.model.article import Article
from syndicate.model.delivery import EventType
from syndicate.model.journal import Cause
from syndicate.model.text import strip_forbidden
from syndicate.parse.record import read_foreign_record
from syndicate.parse.strict_json import read_json
from syndicate.policy.signing import verify
from syndicate.web.bodies import read_body
from syndicate.web.context import context

MAX_ID_CHARACTERS = 255
# What a database keeps in eight bytes.
MAX_SEQ = 2**63


async def inbound(request: web.Request) -> web.Response:
    """Verify, apply and answer one delivery; a 2xx says that it is on disk."""
    served = context(request)
    name = request.match_info["upstream"]
    keys = served.upstream_keys(name)
    if not keys:
        raise UpstreamNotFoundError(name)
    body = await read_body(request, limit=served.max_record_bytes)
    delivery_id = _verified(request, keys, body)
    done = await receive(served.office, name, read_event(delivery_id, read_json(body)))
    served.counters.ingest[done.result] += 1
    answer = {"result": done.result} | ({"url": done.url} if done.url else {})
    return web.json_response(answer, headers={"Cache-Control": "no-store"})


def _verified(request: web.Request, keys: Sequence[bytes], body: bytes) -> str:
    """Return the id of a delivery whose signature is right. Raises BadSignatureError."""
    now = context(request).office.now()
    delivery_id = request.headers.get("webhook-id", "")
    try:
        if not 0 < len(delivery_id) <= MAX_ID_CHARACTERS:
            raise BadSignatureError("webhook-id is missing or too long")
        verify(
            keys,
            id=delivery_id,
            timestamp=request.headers.get("webhook-timestamp", ""),
            signature=request.headers.get("webhook-signature", ""),
            body=body,
            now=now,
        )
    except BadSignatureError:
        context(request).visitors.note_failed_login(request, now)
        raise
    return delivery_id


def read_event(delivery_id: str, document: object) -> Event:
    """Read the body of a delivery. Raises InvalidRecordError; keys we do not know are ignored."""
    if not isinstance(document, Mapping):
        raise InvalidRecordError("the event is no object", [Violation("", "must be a JSON object")])
    data = document.get("data")
    data = data if isinstance(data, Mapping) else {}
    article_id, article = _text(data, "id"), _article(data)
    if article is not None and article.id != article_id:
        raise InvalidRecordError("two ids for one article", [Violation("data.article.id", "is not data.id")])
    return Event(
        delivery_id=delivery_id,
        type=_member(EventType, document.get("type"), "type"),
        article_id=article_id,
        seq=_seq(data.get("seq")),
        cause=None if data.get("cause") is None else _member(Cause, data["cause"], "data.cause"),
        public_note=_text(data, "public_note"),
        article=article,
    )


def _article(data: Mapping[str, Any]) -> Article | None:
    record = data.get("article")
    return None if record is None else read_foreign_record(record).article


def _seq(value: object) -> int | None:
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < MAX_SEQ:
        raise InvalidRecordError("the event has no usable seq", [Violation("data.seq", "must be a whole number")])
    return value


def _member(kind: Any, value: object, path: str) -> Any:
    try:
        return kind(value)
    except ValueError as error:
        known = ", ".join(kind)
        raise InvalidRecordError(
            "the event is of no known kind", [Violation(path, f"must be one of: {known}")]
        ) from error


def _text(data: Mapping[str, Any], key: str) -> str | None:
    value = data.get(key)
    return strip_forbidden(value) if isinstance(value, str) else None
