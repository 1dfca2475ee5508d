"""Conditional requests for what has an entity tag and no date."""

from __future__ import annotations

from aiohttp import web

from syndicate.policy.conditional import answer_conditional
from syndicate.web.context import context


def is_held(request: web.Request, etag: str) -> bool:
    """Say whether the client holds what `etag` stands for, so that 304 is the answer."""
    asked = ", ".join(request.headers.getall("If-None-Match", ()))
    now = context(request).office.now()
    return bool(asked) and answer_conditional(request.method, asked, None, etags=(etag,), last_modified=now, now=now)
