"""Multipart bodies (RFC 7578), the same bytes for the same parts."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Part:
    """One field of a form; one with a `filename` is a file. Names are our own: they need no quoting."""

    name: str
    data: bytes
    type: str = "text/plain; charset=utf-8"
    filename: str | None = None


def multipart(parts: Sequence[Part]) -> tuple[bytes, str]:
    """Return the body and its Content-Type."""
    # Nothing that is sent holds its own digest.
    boundary = hashlib.sha256(b"".join(hashlib.sha256(part.data).digest() for part in parts)).hexdigest()
    pieces: list[bytes] = []
    for part in parts:
        file = f'; filename="{part.filename}"' if part.filename else ""
        disposition = f'Content-Disposition: form-data; name="{part.name}"{file}'
        pieces += [f"--{boundary}\r\nContent-Type: {part.type}\r\n{disposition}\r\n\r\n".encode(), part.data, b"\r\n"]
    return b"".join([*pieces, f"--{boundary}--\r\n".encode()]), f"multipart/form-data; boundary={boundary}"
