"""A form with a file in it, as browsers send it (RFC 7578)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping


def form(fields: Mapping[str, str], *, filename: str, media_type: str, data: bytes) -> tuple[bytes, str]:
    """Return the body and its boundary; names and `filename` are plain ASCII without quotes."""
    # Of the content, so that equal uploads are equal bytes.
    boundary = f"syndicate-{hashlib.sha256(data).hexdigest()}"
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    head = f'Content-Disposition: form-data; name="file"; filename="{filename}"\r\nContent-Type: {media_type}\r\n\r\n'
    parts.append(f"--{boundary}\r\n{head}".encode() + data + f"\r\n--{boundary}--\r\n".encode())
    return b"".join(parts), boundary
