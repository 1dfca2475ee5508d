"""What goes over the pipes: lengths, a JSON header, bytes; never pickle, as a worker may be in others' hands."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, BinaryIO

PREFIX_BYTES = 12
MAX_HEADER_BYTES = 1024 * 1024
MAX_BODY_BYTES = 256 * 1024 * 1024


def frame(header: Mapping[str, Any], body: bytes) -> bytes:
    """Return one message."""
    head = json.dumps(header).encode()
    return len(head).to_bytes(4, "big") + len(body).to_bytes(8, "big") + head + body


def lengths(prefix: bytes) -> tuple[int, int]:
    """Read the lengths of header and body; raises ValueError for lengths no message of ours has."""
    head, body = int.from_bytes(prefix[:4], "big"), int.from_bytes(prefix[4:], "big")
    if head > MAX_HEADER_BYTES or body > MAX_BODY_BYTES:
        raise ValueError("a message of the sandbox is too large")
    return head, body


def read_frame(stream: BinaryIO) -> tuple[dict[str, Any], bytes] | None:
    """Read one message, or None where the other side has closed."""
    prefix = stream.read(PREFIX_BYTES)
    if len(prefix) < PREFIX_BYTES:
        return None
    head, body = lengths(prefix)
    header: dict[str, Any] = json.loads(stream.read(head))
    return header, stream.read(body)
