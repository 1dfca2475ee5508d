"""Plain text out of feeds: tags gone, references resolved, blocks on lines of their own."""

from __future__ import annotations

import re
from html import unescape

from syndicate.model.text import strip_forbidden
from syndicate.parse.html_elements import BLOCKS, DROPPED, GROUPING, KEPT, UNREMARKABLE
from syndicate.parse.html_tokens import End, Start, Text, tokens

_MARKUP = re.compile(r"</?[a-zA-Z][^>]*>|<!--|&(?:#\d+|#[xX][0-9a-fA-F]+|[a-zA-Z][a-zA-Z0-9]*);")
_END_TAG = re.compile(rf"</(?:{'|'.join(sorted(KEPT | UNREMARKABLE))})>", re.IGNORECASE)
_BREAKS = BLOCKS | GROUPING | {"br", "h1"}
_INLINE_SPACE = re.compile(r"[ \t\f\xa0]+")
_LINES = re.compile(r" ?\n[ \n]*")
TITLE_LENGTH = 80


def plain_text(html: str) -> str:
    """Return the text of HTML, one line for each block."""
    parts: list[str] = []
    dropped: str | None = None
    for token in tokens(html):
        if isinstance(token, Text):
            parts += [] if dropped else [token.value.replace("\n", " ")]
        elif dropped:
            dropped = None if isinstance(token, End) and token.name == dropped else dropped
        elif isinstance(token, Start) and token.name in DROPPED:
            dropped = token.name
        elif token.name in _BREAKS:
            parts.append("\n")
    return _LINES.sub("\n", _INLINE_SPACE.sub(" ", strip_forbidden("".join(parts)))).strip()


def looks_like_html(text: str) -> bool:
    """Tell whether text that may be either holds tags or references."""
    return _MARKUP.search(text) is not None


def line(text: str | None) -> str | None:
    """Return plain text on one line, or None where nothing is left."""
    return " ".join(strip_forbidden(text).split()) or None if text else None


def mended_line(text: str | None) -> str | None:
    """Return a line of RSS, which knows no text constructs: many publishers escape it twice, or write HTML.

    Readers take a line with an end tag of HTML for HTML, and so do we.
    """
    text = unescape(text or "")
    return line(plain_text(text) if _END_TAG.search(text) else text)


def headline(text: str) -> str | None:
    """Make a title of the first words of a text, for stories that have none."""
    words = " ".join(text.split())
    if len(words) <= TITLE_LENGTH:
        return words or None
    return words[:TITLE_LENGTH].rpartition(" ")[0] + "…"
