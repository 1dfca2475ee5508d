"""XML elements with text that may stand in them, and dates as RSS and Atom write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from lxml import etree

from syndicate.model.instants import rfc3339
from syndicate.model.text import strip_forbidden

_MARKUP = re.compile(r"([&<])")
_REFERENCES = {"&": "#x26", "<": "#x3C"}


def add(parent: etree._Element, tag: str, text: str | None = None, /, **attributes: str | None) -> etree._Element:
    """Append an element; text and attributes lose forbidden characters, absent attributes are left out."""
    present = {name: strip_forbidden(value) for name, value in attributes.items() if value is not None}
    element = etree.SubElement(parent, tag, present)
    element.text = strip_forbidden(text) if text else None
    return element


def refer_to_markup(element: etree._Element) -> None:
    """Write `&` and `<` of plain text as `&#x26;` and `&#x3C;`, which no reader takes for HTML.

    RSS Best Practices Profile, character data: readers guess whether a title is HTML, and most guess by entities.
    """
    first, *rest = _MARKUP.split(element.text or "")
    if not rest:
        return
    element.text = first
    for place, (character, tail) in enumerate(zip(rest[::2], rest[1::2], strict=True)):
        reference = etree.Entity(_REFERENCES[character])
        reference.tail = tail
        element.insert(place, reference)


def rfc822(instant: datetime) -> str:
    """Write an instant as RSS dates are, in GMT."""
    return format_datetime(instant.astimezone(UTC), usegmt=True)


def atom_date(instant: datetime) -> str:
    """Write an instant as RFC 3339 with its own offset, or in UTC where that offset has seconds (local mean time)."""
    return rfc3339(with_whole_minutes(instant))


def with_whole_minutes(instant: datetime) -> datetime:
    """Return the same instant with an offset that RFC 3339 can write."""
    offset = instant.utcoffset() or timedelta(0)
    return instant.astimezone(UTC) if offset % timedelta(minutes=1) else instant
