"""Names and fingerprints of articles: slugs, minted ids, content hashes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from itertools import count
from urllib.parse import quote, urlsplit

from slugify import slugify

from syndicate.model.article import SERVICE_KEYS, Article

MAX_SLUG_CHARACTERS = 80
_APOSTROPHES = re.compile("['’]")
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DNS_NAME = re.compile(rf"(?:{_LABEL}\.)+[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])?")


def slug_from(title: str, *, taken: Callable[[str], bool]) -> str:
    """Return a slug of at most 80 characters that is not `taken`: `title`, `title-2`, `title-3` …"""
    # "It's" and "It’s" are one word, however the apostrophe is typed.
    base = _shortened(slugify(_APOSTROPHES.sub("", title)), MAX_SLUG_CHARACTERS) or "story"
    if not taken(base):
        return base
    numbered = (f"{_shortened(base, MAX_SLUG_CHARACTERS - len(str(n)) - 1)}-{n}" for n in count(2))
    return next(slug for slug in numbered if not taken(slug))


def _shortened(slug: str, limit: int) -> str:
    """Cut at the end of a word where there is one."""
    if len(slug) <= limit:
        return slug
    words, dash, _ = slug[: limit + 1].rpartition("-")
    return (words if dash else slug[:limit]).strip("-")


def mint_id(authority: str, *, at: datetime, nonce: str) -> str:
    """Return a tag URI (RFC 4151) for an article that came without an id; `nonce` makes it unique."""
    return f"tag:{authority},{at.astimezone(UTC):%Y-%m-%d}:{quote(nonce, safe='')}"


def authority_of(base_url: str, contact: str) -> str:
    """Return the DNS name that minted ids are made under: the service's, else its contact's, else an invalid one."""
    host = urlsplit(base_url).hostname or ""
    domain = contact.rpartition("@")[2].strip(" <>")
    names = (name.lower().rstrip(".") for name in (host, domain))
    return next((name for name in names if _DNS_NAME.fullmatch(name)), "syndicate.invalid")


def content_hash(article: Article) -> str:
    """Return a SHA-256 in hexadecimal over what the publisher wrote: equal content, equal hash.

    Keys the service sets are left out. Times count as instant and zone: the wire form writes both in one way.
    """
    written = {key: value for key, value in article.wire().items() if key not in SERVICE_KEYS}
    canonical = json.dumps(written, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return sha256(canonical.encode("ascii")).hexdigest()
