"""Pictures as documents name them: the same one in several sizes is one picture, with all that is said of it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from urllib.parse import parse_qsl, urlencode, urlsplit

_NO_TEXT = frozenset({"", "none", "null", "n/a", "undefined", "-"})
# 150x150, w640, 1024w, @2x and names such as -thumb or NYT's -mediumThreeByTwo440.
_SIZE = r"\d{2,4}x\d{2,4}|[wh]?\d{2,4}[wh]|[wh]\d{2,4}|[1-4]x"
_NAMES = (
    r"scaled|thumb(?:nail)?|small|medium|large|square|crop(?:ped)?|moth|jumbo|superjumbo|articlelarge|articleinline"
    r"|(?:small|medium|large|video)?(?:square|(?:two|three|four|nine|sixteen)by(?:one|two|three|four|nine|sixteen))"
    r"(?:small|medium|large|jumbo)?(?:at\dx)?\d{0,4}"
)
_SUFFIX = re.compile(rf"(?:[-_.@](?:{_SIZE}|{_NAMES}))+(?=\.[a-z0-9]{{2,5}}$|$)", re.IGNORECASE)
# A number alone may as well name the picture: two shown twice are better than one lost.
_FOLDER = re.compile(rf"(?:{_SIZE})!?", re.IGNORECASE)
_SIZE_PARAMETERS = frozenset(
    {"w", "h", "width", "height", "resize", "fit", "crop", "quality", "q", "auto", "dpr", "size", "zoom"}
)


@dataclass(frozen=True)
class Picture:
    """A picture as a document names it; sizes in pixels, `length` in bytes."""

    url: str
    caption: str | None = None
    credit: str | None = None
    alt: str | None = None
    type: str | None = None
    width: int | None = None
    height: int | None = None
    length: int | None = None
    copyright: str | None = None

    def record(self) -> dict[str, object]:
        """Return it as part of an article record."""
        found: dict[str, object] = {
            field.name: value
            for field in fields(self)
            if field.name != "copyright" and (value := getattr(self, field.name)) is not None
        }
        return found | ({"rights": {"copyright": self.copyright}} if self.copyright else {})


def said(text: str | None) -> str | None:
    """Return what a caption or credit says; None for the ways in which feeds say nothing."""
    text = (text or "").strip()
    return None if text.casefold() in _NO_TEXT else text


def same_picture_key(url: str) -> str:
    """Return what addresses of the same picture in other sizes and crops have in common."""
    parts = urlsplit(url)
    *folders, name = parts.path.split("/")
    folders = [folder for folder in folders if not _FOLDER.fullmatch(folder)]
    query = [(key, value) for key, value in parse_qsl(parts.query) if key.lower() not in _SIZE_PARAMETERS]
    return f"{parts.hostname}/{'/'.join(folders)}/{_SUFFIX.sub('', name)}?{urlencode(query)}"


def merge(pictures: Iterable[Picture]) -> tuple[Picture, ...]:
    """Return each picture once: the largest rendition, with the texts found at any of them, in order of appearance."""
    found: dict[str, Picture] = {}
    for picture in pictures:
        key = same_picture_key(picture.url)
        found[key] = combined(found[key], picture) if key in found else picture
    return tuple(found.values())


def combined(first: Picture, second: Picture) -> Picture:
    """Return the larger of two renditions of one picture, with the texts of the first that has them."""
    larger, other = (second, first) if _area(second) > _area(first) else (first, second)
    said_of_both = {
        name: getattr(first, name) or getattr(second, name) for name in ("caption", "credit", "alt", "copyright")
    }
    if larger.url == other.url:
        said_of_both |= {n: getattr(larger, n) or getattr(other, n) for n in ("type", "width", "height", "length")}
    return replace(larger, **said_of_both)


def _area(picture: Picture) -> tuple[int, int]:
    width, height = picture.width or 0, picture.height or 0
    return (width * height or max(width, height) ** 2, picture.length or 0)
