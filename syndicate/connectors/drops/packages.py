"""An article as files that are dropped somewhere: how they are named, and the manifest that says what they are."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import to_json

from syndicate.connectors.contract import Sending
from syndicate.connectors.documents import Document
from syndicate.connectors.means import PictureFile
from syndicate.model.addresses import WebUrl
from syndicate.model.article import Image
from syndicate.model.instants import rfc3339

MANIFEST = "manifest.json"
_UNSAFE = re.compile(r"[^a-z0-9]+")
_DATES = {"none": "", "month": "%Y/%m/", "day": "%Y/%m/%d/"}


class PackageOptions(BaseModel):
    """How packages are laid out; connectors that drop files add where they go."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    layout: Literal["directory", "flat"] = Field(
        "directory", description="One directory for each article, or all files beside each other."
    )
    dates: Literal["none", "month", "day"] = Field(
        "none", description="Directories by the date of publication in UTC: 2026/03/, or 2026/03/04/."
    )
    public_url: WebUrl | None = Field(
        None, description="Where the files can be read on the web, if they can: tells the address of each copy."
    )


@dataclass(frozen=True)
class Place:
    """Where the files of one article are: `stem` is what all their paths begin with."""

    stem: str

    def file(self, name: str) -> str:
        return self.stem + name

    def document(self, document: Document) -> str:
        return self.file(f"article.{document.suffix}")

    def picture(self, picture: PictureFile) -> str:
        # By content: the same picture is the same file, another one never takes its name.
        return self.file(f"{picture.digest[:32]}.{picture.suffix}")

    @property
    def manifest(self) -> str:
        return self.file(MANIFEST)


def place_of(sending: Sending, options: PackageOptions, since: date) -> Place:
    """Name an article's place, the same for ever: safe on every file system, and no two articles' the same."""
    slug = _UNSAFE.sub("-", sending.slug.lower()).strip("-")[:80] or "article"
    digest = hashlib.sha256(sending.article_id.encode()).hexdigest()[:8]
    between = "/" if options.layout == "directory" else "."
    return Place(f"{since.strftime(_DATES[options.dates])}{slug}-{digest}{between}")


def first_day(sending: Sending) -> date:
    """Return the day an article is filed under where nothing was kept of it before."""
    article = sending.article
    published_at = article.published_at if article else None
    return (published_at or sending.at).astimezone(UTC).date()


@dataclass(frozen=True)
class File:
    """One file that stands there whole: its path, and what is in it."""

    path: str
    type: str
    length: int
    sha256: str

    @classmethod
    def of(cls, path: str, data: bytes, media_type: str) -> File:
        return cls(path, media_type, len(data), hashlib.sha256(data).hexdigest())

    def shown(self) -> dict[str, Any]:
        """Return it as the manifest lists it: by its name beside the manifest."""
        return {"name": _name(self.path), "type": self.type, "length": self.length, "sha256": self.sha256}


def manifest_of(
    sending: Sending, document: File, pictures: Iterable[tuple[Image, File | None]], *, profile_format: str
) -> bytes:
    """Write what belongs together: an event's facts, the files with their hashes, and whose words go to which picture.

    A picture without a file is to be had at its address only. A retraction lists its document and nothing else.
    """
    listed = list(pictures)
    # The same bytes at two addresses are one file.
    files = dict.fromkeys([document, *(file for _, file in listed if file)])
    facts = {
        "schema": 1,
        "type": sending.type,
        "at": rfc3339(sending.at),
        "id": sending.article_id,
        "url": sending.url,
        "revision": sending.revision,
        "seq": sending.seq,
        "cause": sending.cause,
        "public_note": sending.public_note,
        "format": profile_format,
        "document": _name(document.path),
        "files": [file.shown() for file in files],
        "pictures": [_picture(image, file) for image, file in listed],
    }
    return to_json(facts, indent=2) + b"\n"


def _picture(image: Image, file: File | None) -> Mapping[str, Any]:
    words = image.model_dump(mode="json", exclude_none=True)
    return words if file is None else words | {"file": _name(file.path)}


def _name(path: str) -> str:
    return path.rpartition("/")[2]
