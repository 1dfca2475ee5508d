"""Surrogate keys, under which a CDN files answers, and when a purge that failed is repeated."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

# Lists of stories: whatever changes, they may show it.
FRONT = "front"
SITEMAP = "sitemap"
FIRST_PAUSE = timedelta(seconds=1)
LONGEST_PAUSE = timedelta(minutes=1)


def feed_key(slug: str) -> str:
    return f"feed-{slug}"


def article_key(slug: str) -> str:
    return f"article-{slug}"


def picture_key(name: str) -> str:
    """Return the key of a picture of ours; its name is a hash and a suffix."""
    return f"media-{name.partition('.')[0]}"


def joined(header: str, keys: Iterable[str]) -> str:
    """Write keys as the header's CDN reads them: Cache-Tag with commas, Surrogate-Key and the like with spaces."""
    return ("," if header.lower() in ("cache-tag", "edge-cache-tag") else " ").join(keys)


def pause_after(failures: int) -> timedelta:
    """Return how long to wait after so many failures in a row."""
    return min(FIRST_PAUSE * (1 << min(failures - 1, 16)), LONGEST_PAUSE)
