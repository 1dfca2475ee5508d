"""Cutting sanitised bodies: without some pictures, or to their first paragraphs."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from html import unescape

from syndicate.model.addresses import normalise_web_url

_TAG = re.compile(r'<(?P<end>/?)(?P<name>[a-zA-Z][a-zA-Z0-9]*)(?P<rest>(?:[^"<>]++|"[^"]*+")*+)>')
_IMG = re.compile("<img", re.IGNORECASE)
_HREF = re.compile(r"""(?<![\w-])href\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"']+))""", re.IGNORECASE)
_SRC = re.compile(r"""(?<![\w-])src\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"']+))""", re.IGNORECASE)
_VOID = frozenset({"area", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})
# What may be left empty when a picture goes.
_HOLDERS = frozenset({"figure", "picture", "p", "a", "span", "li", "div"})
# What counts as a paragraph, unless it stands within another of them.
_PARAGRAPHS = frozenset({"p", "pre", "ul", "ol", "dl", "table"})


@dataclass
class _Holder:
    name: str
    parts: list[str] = field(default_factory=list)
    lost: bool = False
    kept: bool = False

    def is_spent(self) -> bool:
        if not self.lost or self.kept:
            return False
        # A caption says nothing once its picture is gone.
        return self.name == "figure" or not _TAG.sub("", "".join(self.parts)).strip()


def keep_pictures(body_html: str, urls: Collection[str]) -> str:
    """Return the body without the `img` marks whose picture is not among `urls`, nor the figures they leave empty."""
    if not _IMG.search(body_html):
        return body_html
    holders = [_Holder("")]
    at = 0
    for match in _TAG.finditer(body_html):
        holders[-1].parts.append(_text(body_html[at : match.start()]))
        at = match.end()
        _take(holders, match, urls)
    holders[-1].parts.append(_text(body_html[at:]))
    return "".join(part for holder in holders for part in holder.parts)


def _text(between_tags: str) -> str:
    # A sanitised body has no bare `<` here; should one come, it must not begin a picture.
    return between_tags.replace("<", "&lt;")


def _take(holders: list[_Holder], match: re.Match[str], urls: Collection[str]) -> None:
    name, text = match["name"].lower(), match[0]
    if name == "img":
        kept = _address(_SRC, match["rest"]) in urls
        holders[-1].kept |= kept
        holders[-1].lost |= not kept
        if kept:
            holders[-1].parts.append(text)
    elif name in _HOLDERS and not match["end"]:
        holders.append(_Holder(name, [text]))
    else:
        holders[-1].parts.append(text)
        if match["end"] and len(holders) > 1 and holders[-1].name == name:
            _close(holders)


def _close(holders: list[_Holder]) -> None:
    closed = holders.pop()
    holders[-1].kept |= closed.kept
    holders[-1].lost |= closed.lost
    if not closed.is_spent():
        holders[-1].parts.extend(closed.parts)


def without_links(body_html: str, urls: Collection[str]) -> str:
    """Return the body without the links that lead to one of `urls`; the words in them stay."""
    parts, at, within = [], 0, False
    for match in _TAG.finditer(body_html) if urls else ():
        if match["name"].lower() != "a":
            continue
        before, within = within, not match["end"] and _address(_HREF, match["rest"]) in urls
        if within or (before and match["end"]):
            parts.append(body_html[at : match.start()])
            at = match.end()
    return "".join((*parts, body_html[at:]))


def _address(attribute: re.Pattern[str], attributes: str) -> str | None:
    match = attribute.search(attributes)
    if match is None:
        return None
    try:
        return normalise_web_url(unescape(match[1] or match[2] or match[3] or ""))
    except ValueError:
        return None


def first_paragraphs(body_html: str, count: int) -> str:
    """Return the body up to the end of its paragraph number `count`, with every element closed.

    Lists, tables and two line breaks in a row end a paragraph, too; headings and pictures between are kept.
    """
    stack: list[str] = []
    after_break = -1
    for match in _TAG.finditer(body_html):
        name = match["name"].lower()
        if name == "br":
            doubled = after_break >= 0 and not body_html[after_break : match.start()].strip()
            after_break = -1 if doubled else match.end()
            ended = doubled and not _PARAGRAPHS.intersection(stack)
        else:
            ended = _follow(stack, name, is_end=bool(match["end"]))
        count -= ended
        if count == 0:
            return body_html[: match.end()] + "".join(f"</{open_}>" for open_ in reversed(stack))
    return body_html


def _follow(stack: list[str], name: str, *, is_end: bool) -> bool:
    """Open or close an element; say whether that ended a paragraph."""
    if name in _VOID:
        return False
    if not is_end:
        stack.append(name)
        return False
    if not stack or stack[-1] != name:
        return False
    stack.pop()
    return name in _PARAGRAPHS and not _PARAGRAPHS.intersection(stack)
