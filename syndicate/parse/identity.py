"""Ids of stories whose feed gives them none that lasts."""

from __future__ import annotations

import re
from datetime import datetime
from urllib.parse import quote

from syndicate.model.addresses import normalise_uri

_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.\-]*:\S+")
_UNKNOWN_YEAR = 2000
_SPECIFIC = "-._~:@!$&'()*+,;=/?"


def entry_id(given: str | None, *, link: str | None, host: str, published_at: datetime | None) -> str | None:
    """Return the id a feed gave if it is an absolute URI, else a tag: URI that is always the same for the entry.

    None where the entry has neither id nor link (RFC 4151 section 2.1: the authority is the host, lower-case).
    """
    given = (given or "").strip()
    if _SCHEME.fullmatch(given):
        try:
            return normalise_uri(given)
        except ValueError:
            pass
    if not (specific := given or link):
        return None
    year = published_at.year if published_at else _UNKNOWN_YEAR
    return f"tag:{host.lower()},{year}:{quote(specific[:1_000], safe=_SPECIFIC)}"
