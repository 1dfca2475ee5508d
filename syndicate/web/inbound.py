"""/inbound/<upstream>: signed deliveries from another publisher."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from syndicate.actions.receive import Event, receive
from syndicate.errors import InvalidRecordError, UpstreamNotFoundError, Violation
from syndicate.model.delivery import EventType
from syndicate.model.journal import Cause
from syndicate.parse.record import read_foreign_record
from syndicate.parse.strict_json import read_json
from syndicate.policy.signing import verify
from syndicate.web.api.requests import read_body
from syndicate.web.context import context


async def inbound(request: web.Request) -> web.Response:
    """Verify, apply and answer one delivery; a 2xx says that it is on disk."""
    served = context(request)
    name = request.match_info["upstream"]
    body = await read_body(request, limit=served.max_record_bytes)
    keys = served.upstream_keys(name)
    if not keys:
        raise UpstreamNotFoundError(name)
    delivery_id = request.headers.get("webhook-id", "")
    verify(
        keys,
        id=delivery_id,
        timestamp=request.headers.get("webhook-timestamp", ""),
        signature=request.headers.get("webhook-signature", ""),
        body=body,
        now=served.office.now(),
    )
    done = await receive(served.office, name, read_event(delivery_id, read_json(body)))
    answer = {"result": done.result} | ({"url": done.url} if done.url else {})
    return web.json_response(answer, headers={"Cache-Control": "no-store"})


def read_event(delivery_id: str, document: object) -> Event:
    """Read the body of a delivery. Raises InvalidRecordError; keys we do not know are ignored."""
    if not isinstance(document, Mapping):
        raise InvalidRecordError("the event is no object", [Violation("", "must be a JSON object")])
    data = document.get("data")
    data = data if isinstance(data, Mapping) else {}
    article = data.get("article")
    return Event(
        delivery_id=delivery_id,
        type=_member(EventType, document.get("type"), "type"),
        article_id=_text(data, "id"),
        seq=data.get("seq") if isinstance(data.get("seq"), int) else None,
        cause=None if data.get("cause") is None else _member(Cause, data["cause"], "data.cause"),
        public_note=_text(data, "public_note"),
        article=None if article is None else read_foreign_record(article).article,
    )


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
    return value if isinstance(value, str) else None
