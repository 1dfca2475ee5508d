"""What a picture is, read from its header under limits."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass

from PIL import Image as Pillow
from PIL import UnidentifiedImageError

from syndicate.errors import TooLargeError, UnsupportedMediaError

MAX_PIXELS = 40_000_000
MAX_SIDE = 12_000
# Pillow knows forty decoders; each one more is one more way in (reliability B86).
_FORMATS = {
    "JPEG": ("image/jpeg", "jpg"),
    "PNG": ("image/png", "png"),
    "WEBP": ("image/webp", "webp"),
    "GIF": ("image/gif", "gif"),
    "AVIF": ("image/avif", "avif"),
}


@dataclass(frozen=True)
class Probed:
    """A picture's media type, the suffix of that, its sides in pixels and its length in bytes."""

    type: str
    suffix: str
    width: int
    height: int
    length: int


def probe(data: bytes) -> Probed:
    """Read a picture's header, decoding nothing. Raises UnsupportedMediaError, TooLargeError."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with Pillow.open(io.BytesIO(data), formats=list(_FORMATS)) as picture:
                width, height, name = picture.width, picture.height, picture.format or ""
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Warning, Pillow.DecompressionBombError) as error:
        raise UnsupportedMediaError("the bytes are no picture we take") from error
    if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
        raise TooLargeError(f"the picture has {width} x {height} pixels; at most 40 million and {MAX_SIDE} a side")
    media_type, suffix = _FORMATS[name]
    return Probed(media_type, suffix, width, height, len(data))
