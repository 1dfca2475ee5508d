"""What a request to the API says: who asks, with which body, for which page of a listing."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from aiohttp import web

from syndicate.actions import tokens
from syndicate.actions.idempotent import Done, Reply, Request, Say, Verb, perform, rehearse
from syndicate.actions.tokens import Token
from syndicate.errors import ForbiddenError, InvalidJSONError, InvalidQueryError, UnauthenticatedError, Violation
from syndicate.parse.strict_json import read_json
from syndicate.web.bodies import read_body
from syndicate.web.context import context

MAX_KEY_CHARACTERS = 255
DEFAULT_LIMIT = 50
MAX_LIMIT = 500
# Reads one value of a cursor; raises ValueError or TypeError.
Part = Callable[[object], Any]


async def require(request: web.Request, scope: str) -> Token:
    """Return the caller's token; `operate` includes the other scopes, `write` includes `read`.

    Raises UnauthenticatedError, ForbiddenError.
    """
    token = await _authenticate(request)
    includes = {"read": {"read", "write", "operate"}, "write": {"write", "operate"}, "operate": {"operate"}}[scope]
    if token.scopes.isdisjoint(includes):
        raise ForbiddenError(f"the token lacks the scope {scope}")
    return token


async def _authenticate(request: web.Request) -> Token:
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not text.strip():
        raise UnauthenticatedError("no bearer token was sent")
    served = context(request)
    try:
        return await tokens.authenticate(served.office, text.strip())
    except UnauthenticatedError:
        # Only who shows a wrong one: others may stand behind the same address, with a retraction in hand.
        served.visitors.note_failed_login(request, served.office.now())
        raise


async def read_document(request: web.Request) -> tuple[bytes, Any]:
    """Read a JSON body: its bytes and what they say. Raises TooLargeError, InvalidJSONError."""
    body = await read_body(request, limit=context(request).max_record_bytes)
    return body, read_json(body)


def flag(request: web.Request, name: str) -> bool:
    """Read `?name=true`. Raises InvalidQueryError for anything but true and false."""
    text = request.query.get(name, "false")
    if text not in ("true", "false"):
        raise InvalidQueryError(f"{name} is not true or false", [Violation(name, "must be true or false")])
    return text == "true"


def limit(request: web.Request) -> int:
    text = request.query.get("limit", str(DEFAULT_LIMIT))
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= MAX_LIMIT:
        raise InvalidQueryError("limit is out of range", [Violation("limit", f"must be from 1 to {MAX_LIMIT}")])
    return int(text)


def cursor(request: web.Request, *parts: Part) -> tuple[Any, ...] | None:
    """Read the cursor a listing gave as `next`; `parts` read its values. Raises InvalidQueryError."""
    text = request.query.get("after")
    if text is None:
        return None
    try:
        values = read_json(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        return tuple(part(value) for part, value in zip(parts, list(values), strict=True))
    except (ValueError, TypeError, InvalidJSONError) as error:
        raise InvalidQueryError(
            "the cursor is not one of ours", [Violation("after", "must be a listing's next")]
        ) from error


def instant(value: object) -> datetime:
    at = datetime.fromisoformat(name(value))
    if at.tzinfo is None:
        raise ValueError("naive")
    return at


def number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**63:
        raise TypeError("no number")
    return value


def name(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("no text")
    return value


def next_cursor(*parts: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


def page(items: list[Any], *, following: str | None) -> web.Response:
    return web.json_response({"items": items, "next": following}, headers={"Cache-Control": "no-store"})


async def answer_write(
    request: web.Request, token: Token, body: bytes, verb: Verb[Done], say: Say[Done]
) -> web.Response:
    """Do a write, once for each Idempotency-Key, or rehearse it for `?dry_run=true`."""
    served = context(request)
    office, actor = served.office, f"token:{token.name}"
    served.visitors.count_write(token.id, office.now())
    if flag(request, "dry_run"):
        return respond(await rehearse(office, verb, say, actor=actor))
    key = request.headers.get("Idempotency-Key")
    if key is not None and not 0 < len(key) <= MAX_KEY_CHARACTERS:
        raise InvalidQueryError(
            "the Idempotency-Key is empty or too long", [Violation("Idempotency-Key", "1 to 255 characters")]
        )
    asked = "\n".join((request.method, request.raw_path, request.headers.get("If-Match", ""))).encode() + b"\n" + body
    asking = Request(token.id, key, hashlib.sha256(asked).hexdigest())
    return respond(await perform(office, asking, verb, say, actor=actor))


def respond(reply: Reply) -> web.Response:
    body = json.dumps(reply.body, ensure_ascii=False).encode()
    headers = {"Cache-Control": "no-store", **reply.headers}
    return web.Response(status=reply.status, body=body, content_type="application/json", headers=headers)
