"""HTML as a flat run of tags and text, in linear time whatever the input (WHATWG HTML 13.2.5, without a tree)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import unescape

_SPACE = r"[ \t\n\f\r]"
_ATTRIBUTES = (
    rf"(?:[ \t\n\f\r/]++|[^ \t\n\f\r/>][^ \t\n\f\r/>=]*+"
    rf"(?:{_SPACE}*+={_SPACE}*+(?:\"[^\"]*+(?:\"|\Z)|'[^']*+(?:'|\Z)|[^ \t\n\f\r>]*+))?+)*+"
)
# Every branch also ends at the end of the input, so that nothing is scanned twice.
_MARKUP = re.compile(
    rf"<!--(?:-?>|.*?(?:--!?>|\Z))|<[!?][^>]*+(?:>|\Z)|</(?![a-zA-Z])[^>]*+(?:>|\Z)"
    rf"|<(?P<end>/)?(?P<name>[a-zA-Z][^ \t\n\f\r/>]*+)(?P<attributes>{_ATTRIBUTES})(?:>|\Z)",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(
    rf"([^ \t\n\f\r/>][^ \t\n\f\r/>=]*+)(?:{_SPACE}*+={_SPACE}*+(?:\"([^\"]*+)\"?|'([^']*+)'?|([^ \t\n\f\r>]*+)))?+"
)
# In attributes a reference without its semicolon is text: ?a=1&copy=2.
_REFERENCE = re.compile(r"&(?:#\d{1,8}|#[xX][0-9a-fA-F]{1,8}|[a-zA-Z][a-zA-Z0-9]{1,40});")
# What stands between their tags is text, not markup.
RAW_TEXT = frozenset({"script", "style", "iframe", "textarea", "title", "xmp", "noembed", "noframes"})


@dataclass(frozen=True)
class Text:
    """Characters between tags, references resolved."""

    value: str


@dataclass(frozen=True)
class Start:
    """A start tag: its name in lower case, its attributes as written, and where it ends in the input."""

    name: str
    source: str
    end: int

    def attributes(self) -> Mapping[str, str]:
        """Return the attributes by lower-case name; the first of equal names counts."""
        found: dict[str, str] = {}
        for name, double, single, bare in _ATTRIBUTE.findall(self.source):
            found.setdefault(name.lower(), _REFERENCE.sub(_resolved, double or single or bare))
        return found


@dataclass(frozen=True)
class End:
    name: str


Token = Text | Start | End


def tokens(html: str) -> Iterator[Token]:
    """Yield the tags and texts of `html`; comments and declarations are left out."""
    position = 0
    while match := _MARKUP.search(html, position):
        if match.start() > position:
            yield Text(unescape(html[position : match.start()]))
        position = match.end()
        if (name := match["name"]) is None:
            continue
        if match["end"]:
            yield End(name.lower())
            continue
        start = Start(name.lower(), match["attributes"], position)
        yield start
        if start.name in RAW_TEXT:
            text, position = _raw_text(html, start)
            yield Text(text)
    if position < len(html):
        yield Text(unescape(html[position:]))


def _raw_text(html: str, start: Start) -> tuple[str, int]:
    end = closing(start.name).search(html, start.end)
    stop = end.start() if end else len(html)
    return html[start.end : stop], stop


_CLOSING: dict[str, re.Pattern[str]] = {}


def closing(name: str) -> re.Pattern[str]:
    """Return the pattern of the end tag of a known element."""
    if name not in _CLOSING:
        _CLOSING[name] = re.compile(rf"</{re.escape(name)}(?=[ \t\n\f\r/>]|\Z)", re.IGNORECASE)
    return _CLOSING[name]


def _resolved(match: re.Match[str]) -> str:
    return unescape(match[0])
