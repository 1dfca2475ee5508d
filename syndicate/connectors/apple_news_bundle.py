"""What Apple News is sent: a document with its pictures as one signed multipart request."""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from syndicate.model.addresses import normalise_web_url

# The pictures that may be bundled; any other stays where it is and is linked.
BUNDLED_TYPES = frozenset({"image/jpeg", "image/png", "image/gif"})


@dataclass(frozen=True)
class Part:
    """One part of a multipart body: `name` is that of the field and of the file."""

    name: str
    type: str
    data: bytes


@dataclass(frozen=True)
class Key:
    """What a channel's requests are signed with."""

    id: str
    secret: bytes

    def __repr__(self) -> str:
        return f"Key({self.id!r})"


def as_json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def multipart(parts: Sequence[Part]) -> tuple[bytes, str]:
    """Return the body and its Content-Type; equal parts give equal bytes."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.data)
    boundary = digest.hexdigest()
    pieces: list[bytes] = []
    for part in parts:
        disposition = f'form-data; name="{part.name}"; filename="{part.name}"; size={len(part.data)}'
        if part.name == "metadata":  # no file
            disposition = 'form-data; name="metadata"'
        head = f"--{boundary}\r\nContent-Type: {part.type}\r\nContent-Disposition: {disposition}\r\n\r\n"
        pieces += [head.encode(), part.data, b"\r\n"]
    return b"".join([*pieces, f"--{boundary}--\r\n".encode()]), f"multipart/form-data; boundary={boundary}"


def authorisation(key: Key, *, method: str, url: str, media_type: str, body: bytes, at: datetime) -> dict[str, str]:
    """Sign a request: HMAC-SHA256 of method, address and date, and of what is posted with its Content-Type."""
    date = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    signed = f"{method}{normalise_web_url(url)}{date}{media_type if method == 'POST' else ''}".encode() + body
    signature = b64encode(hmac.digest(key.secret, signed, hashlib.sha256)).decode()
    return {"Authorization": f"HHMAC; key={key.id}; signature={signature}; date={date}"}
