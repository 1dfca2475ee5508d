"""Stylesheet and icon, under names that change with their content so that caches may keep them for ever."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from importlib.resources import files
from types import MappingProxyType

_MEDIA_TYPES = MappingProxyType({"paper.css": "text/css; charset=utf-8", "favicon.svg": "image/svg+xml"})
# For every answer below /static/ (RFC 8246).
STATIC_CACHE_CONTROL = "public, max-age=31536000, immutable"


@cache
def _content(file: str) -> bytes:
    return (files("syndicate.web") / "static" / file).read_bytes()


@cache
def static_name(file: str) -> str:
    """Return the name that pages link: `paper.css` is served as `paper.0123456789ab.css`."""
    stem, _, suffix = file.rpartition(".")
    return f"{stem}.{sha256(_content(file)).hexdigest()[:12]}.{suffix}"


def static_files() -> dict[str, tuple[bytes, str]]:
    """Return everything to serve below /static/: by name, its bytes and its media type."""
    return {static_name(file): (_content(file), media_type) for file, media_type in _MEDIA_TYPES.items()}
