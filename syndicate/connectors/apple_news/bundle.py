"""How requests to Apple News are signed, and what they hold beside the document."""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from syndicate.model.addresses import normalise_web_url

# The pictures that may be bundled; any other stays where it is and is linked.
BUNDLED_TYPES = frozenset({"image/jpeg", "image/png", "image/gif"})


@dataclass(frozen=True)
class Key:
    """What a channel's requests are signed with."""

    id: str
    secret: bytes

    def __repr__(self) -> str:
        return f"Key({self.id!r})"


def as_json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def authorisation(key: Key, *, method: str, url: str, media_type: str, body: bytes, at: datetime) -> dict[str, str]:
    """Sign a request: HMAC-SHA256 of method, address and date, and of what is posted with its Content-Type."""
    date = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    signed = f"{method}{normalise_web_url(url)}{date}{media_type if method == 'POST' else ''}".encode() + body
    signature = b64encode(hmac.digest(key.secret, signed, hashlib.sha256)).decode()
    return {"Authorization": f"HHMAC; key={key.id}; signature={signature}; date={date}"}
