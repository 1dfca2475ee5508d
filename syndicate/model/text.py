"""Strings that are safe in every document: no character XML 1.0, a feed validator or a terminal chokes on."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BeforeValidator, StringConstraints

# XML 1.0 section 2.2 forbids most controls, surrogates and U+FFFE/FFFF; validators also warn of C1 and U+FFFD.
FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffd\ufffe\uffff]")
_ROOM_FOR_PART_OF_A_WORD = 20
_SPACES = re.compile(r"\s+")


def strip_forbidden(value: str) -> str:
    """Remove the characters that may stand in no document."""
    return FORBIDDEN.sub("", value)


def shortened(text: str, characters: int, *, more: str = " …") -> str:
    """Return text on one line, cut to so many characters; nothing where there is no room for a word.

    Cut between words; within one where they are long, as in languages that put no spaces between them.
    """
    line = " ".join(text.split())
    if len(line) <= characters:
        return line
    room = max(0, characters - len(more))
    start = line[: room + 1].rpartition(" ")[0]
    if len(start) < room / 4 and room >= _ROOM_FOR_PART_OF_A_WORD:
        start = line[:room]
    return f"{start}{more}" if start else ""


def _clean(value: object) -> object:
    return strip_forbidden(value).replace("\r\n", "\n").replace("\r", "\n") if isinstance(value, str) else value


def _clean_line(value: object) -> object:
    return _SPACES.sub(" ", strip_forbidden(value)).strip() if isinstance(value, str) else value


def _clean_text(value: object) -> object:
    cleaned = _clean(value)
    return cleaned.strip() if isinstance(cleaned, str) else cleaned


# One line of plain text: white space is folded.
Line = Annotated[str, BeforeValidator(_clean_line), StringConstraints(max_length=2_000)]
# A line that may not be empty.
RequiredLine = Annotated[str, BeforeValidator(_clean_line), StringConstraints(min_length=1, max_length=2_000)]
# Plain text of one or more lines.
Text = Annotated[str, BeforeValidator(_clean_text), StringConstraints(max_length=100_000)]
# HTML as it came; cleaned by `parse.html` before anything is kept.
Markup = Annotated[str, BeforeValidator(_clean)]
