"""Enclosures: the files of an article whose media type is known, as every feed format links them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from syndicate.model.article import Article, Attachment, Image

# Written out, as `mimetypes` reads the machine's own tables: the same content would give other bytes elsewhere.
_IMAGE_TYPES = {
    ".avif": "image/avif",
    ".gif": "image/gif",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".webp": "image/webp",
}


@dataclass(frozen=True)
class Enclosure:
    """One file: `length` in bytes and `duration` in seconds where known; `title` is a picture's caption and credit."""

    url: str
    type: str
    length: int | None = None
    title: str | None = None
    duration: float | None = None


def enclosures_of(article: Article) -> tuple[Enclosure, ...]:
    """Return the pictures, the lead first, then the attachments; a picture of unknown type is left out."""
    pictures = (_of_image(image) for image in article.images)
    return (*(picture for picture in pictures if picture), *(_of_attachment(each) for each in article.attachments))


def image_type(image: Image) -> str | None:
    """Return the media type as recorded, else as the address ends, else None: nothing is guessed."""
    return image.type or _IMAGE_TYPES.get(PurePosixPath(urlsplit(image.url).path).suffix.lower())


def _of_image(image: Image) -> Enclosure | None:
    media_type = image_type(image)
    return Enclosure(image.url, media_type, image.length, _title(image)) if media_type else None


def _title(image: Image) -> str | None:
    caption = " ".join((image.caption or "").split())
    credit = f"({image.credit})" if image.credit else ""
    return f"{caption} {credit}".strip() or None


def _of_attachment(attachment: Attachment) -> Enclosure:
    return Enclosure(attachment.url, attachment.type, attachment.length, attachment.title, attachment.duration)
