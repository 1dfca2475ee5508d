"""Small pictures for tests."""

from __future__ import annotations

import io

from PIL import Image


def a_jpeg(width: int = 60, height: int = 40, colour: str = "teal") -> bytes:
    """Return the bytes of a plain JPEG."""
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(buffer, "JPEG")
    return buffer.getvalue()
