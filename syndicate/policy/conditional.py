"""Conditional requests and content codings (RFC 9110 sections 12 and 13), tolerant of what pollers really send."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Literal

Coding = Literal["br", "gzip", "identity"]

# Quotes may be missing or doubled on the way back, and `W/` may stand within them.
_TAG = re.compile(r'"+(?:W/"*)?([^"]*)"+|(?:W/)?([^\s,"]+)', re.IGNORECASE)
# Proxies that compress mark the tag, whatever its own coding was.
_PROXY_SUFFIX = re.compile(r"(?:[-;]{1,2}(?:gzip|br|deflate|zstd)){1,3}$", re.IGNORECASE)
# The tag of an edition before any coding: a seq, and the beginning of a hash.
_OURS = re.compile(r"(\d{1,18})-([0-9a-f]{20})", re.ASCII)
_CODING = re.compile(r"\s*([\w!#$%&'*+.^`|~-]+)\s*(?:;\s*q\s*=\s*([^;\s]*)\s*)?(?:;.*)?", re.IGNORECASE)
_WEIGHT = re.compile(r"[01](?:\.\d*)?|\.\d+", re.ASCII)


def answer_conditional(
    method: str,
    if_none_match: str | None,
    if_modified_since: str | None,
    *,
    etags: Collection[str],
    last_modified: datetime,
    now: datetime,
) -> bool:
    """Say whether the answer is 304: the client holds this edition in one of its codings.

    `etags` are the strong tags of all codings, with their quotes. Header texts may be anything.
    """
    if method not in ("GET", "HEAD"):
        return False
    # RFC 9110 section 13.1.3: a date is ignored beside an entity tag.
    if if_none_match is not None:
        return _any_tag_matches(if_none_match, etags)
    since = _http_date(if_modified_since or "")
    # RFC 9110 section 13.1.3: a date later than our clock is invalid.
    return since is not None and last_modified.replace(microsecond=0) <= since <= now


def _any_tag_matches(header: str, etags: Collection[str]) -> bool:
    if header.strip() in ("*", '"*"'):
        return True
    # RFC 9110 section 8.8.3.2: the weak comparison looks at what stands between the quotes only.
    known = {tag.strip('"') for tag in etags}
    bare = {_PROXY_SUFFIX.sub("", tag) for tag in known}
    sent = {(quoted or plain).strip("\\ ") for quoted, plain in _TAG.findall(header)}
    return not known.isdisjoint(sent) or not bare.isdisjoint(_PROXY_SUFFIX.sub("", tag) for tag in sent)


@dataclass(frozen=True)
class Base:
    """An edition that a client holds: the seq of the feed's last change in it, how its digest begins, and its tag."""

    seq: int
    digest: str
    tag: str


def bases(if_none_match: str) -> tuple[Base, ...]:
    """Return the editions of ours that a client says it holds, the newest first (RFC 3229 section 10.5.3)."""
    sent = ((quoted or plain).strip("\\ ") for quoted, plain in _TAG.findall(if_none_match))
    found = [
        Base(int(match[1]), match[2], f'"{tag}"')
        for tag in sent
        if (match := _OURS.fullmatch(_PROXY_SUFFIX.sub("", tag)))
    ]
    return tuple(sorted(found, key=lambda base: base.seq, reverse=True))


def wants_feed_delta(a_im: str) -> bool:
    """Say whether an A-IM header asks for what changed, as a feed."""
    return _weights(a_im).get("feed", 0.0) > 0


def _http_date(text: str) -> datetime | None:
    try:
        # Some old clients add "; length=1234".
        moment = parsedate_to_datetime(text.partition(";")[0])
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def choose_coding(accept_encoding: str | None, offered: Sequence[Literal["br", "gzip"]] = ("br", "gzip")) -> Coding:
    """Return the coding the client likes best, the first offered where it likes several alike.

    Identity where it names none of them (RFC 9110 section 12.5.3), and where it refuses them all.
    """
    weights = _weights(accept_encoding or "")
    anything = weights.get("*", 0.0)
    best: Coding = "identity"
    # Identity needs no mention; unmentioned it yields to whatever is welcome.
    best_weight = weights.get("identity", 0.0)
    for coding in reversed(offered):
        weight = weights.get(coding, anything)
        if weight > 0 and weight >= best_weight:
            best, best_weight = coding, weight
    return best


def _weights(header: str) -> dict[str, float]:
    weights: dict[str, float] = {}
    for item in header.split(","):
        match = _CODING.fullmatch(item)
        if match is not None:
            name = match[1].lower()
            weights["gzip" if name == "x-gzip" else name] = _weight(match[2])
    return weights


def _weight(text: str | None) -> float:
    """Read a weight; one that cannot be read refuses, as identity serves everyone."""
    if text is None:
        return 1.0
    return min(float(text), 1.0) if _WEIGHT.fullmatch(text) else 0.0
