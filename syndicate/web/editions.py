"""Editions as HTTP: the headers of their answers, and whether a client holds one already."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from multidict import CIMultiDictProxy

from syndicate.actions.editions import Edition
from syndicate.policy.conditional import answer_conditional
from syndicate.web.headers import SERVER

FIXED = {
    "Vary": "Accept-Encoding",
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Last-Modified, Link, IM, Delta-Base",
    "X-Content-Type-Options": "nosniff",
    "Server": SERVER,
}


def edition_headers(edition: Edition, coding: str, shared: Mapping[str, str]) -> dict[str, str]:
    """Return what 200 and 304 both carry (RFC 9110 section 15.4.5); `shared` is the same in every coding."""
    return {**FIXED, **shared, "ETag": edition.etags[coding], "Last-Modified": edition.last_modified}


def found_headers(edition: Edition, coding: str, shared: Mapping[str, str]) -> dict[str, str]:
    """Return what 200 carries."""
    return edition_headers(edition, coding, shared) | body_headers(edition, coding)


def body_headers(edition: Edition, coding: str) -> dict[str, str]:
    """Return what describes the bytes of an edition."""
    headers = {"Content-Type": edition.media_type, "Content-Length": str(len(edition.bodies[coding]))}
    return headers if coding == "identity" else headers | {"Content-Encoding": coding}


def is_held(method: str, asked: CIMultiDictProxy[str], edition: Edition, *, now: datetime) -> bool:
    """Say whether the client holds the edition, so that 304 is the answer."""
    tags = asked.getall("If-None-Match", None)
    return answer_conditional(
        method,
        None if tags is None else ", ".join(tags),
        asked.get("If-Modified-Since"),
        etags=edition.etags.values(),
        last_modified=edition.changed_at,
        now=now,
    )
