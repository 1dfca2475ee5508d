"""HTML as text that a person reads in a mail: paragraphs unwrapped, lists, quotations, addresses of links."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from lxml import etree

from syndicate.render.markup import parse_fragment

_BLOCKS = frozenset(
    {"address", "article", "aside", "blockquote", "body", "caption", "dd", "details", "div", "dl", "dt", "figcaption"}
    | {"figure", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre"}
    | {"section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul"}
)
# Text of records holds no controls, so that this one can stand for a line's end while white space is folded.
_LINE_END = "\x00"
_SPACE = re.compile(r"\s+")
_AROUND_LINE_ENDS = re.compile(rf" ?{_LINE_END} ?")
_UNDERLINED = {"h1": "=", "h2": "-"}
_LONGEST_LINE = 60
_LONGEST_NUMBER = 6
_DEEPEST = 8


def text_of(html: str) -> str:
    """Return sanitised HTML as plain text, a blank line between paragraphs.

    Paragraphs are not wrapped: what is copied into an editorial system should hold no line ends of ours.
    """
    return "\n\n".join(_blocks(parse_fragment(html))) + "\n"


def _blocks(element: etree._Element) -> list[str]:
    """Return the paragraphs of an element."""
    blocks: list[str] = []
    run = [element.text or ""]
    for child in element:
        if _holds_blocks(child):
            blocks += [*_paragraph(run), *_block(child)]
            run = []
        else:
            run.append(_inline(child))
        run.append(child.tail or "")
    return [*blocks, *_paragraph(run)]


def _block(element: etree._Element) -> list[str]:
    return _KINDS.get(str(element.tag), _blocks)(element)


def _list(element: etree._Element) -> list[str]:
    """Return a list's items; what stands loose between them, as lists within lists often do, is not lost."""
    lines = _paragraph([element.text or ""])
    number = _first_number(element)
    for child in element:
        if child.tag == "li":
            lines.append(_item(child, f"{number}. " if element.tag == "ol" else "- "))
            number += 1
        else:
            lines += _block(child) if _holds_blocks(child) else _paragraph([_inline(child)])
        lines += _paragraph([child.tail or ""])
    return _joined(lines)


def _first_number(element: etree._Element) -> int:
    start = element.get("start") or ""
    return int(start) if start.isdecimal() and len(start) < _LONGEST_NUMBER else 1


def _quotation(element: etree._Element) -> list[str]:
    blocks = _blocks(element)
    return blocks if _is_deep(element) else _joined(f"> {line}".rstrip() for line in "\n\n".join(blocks).split("\n"))


def _table(element: etree._Element) -> list[str]:
    captions = [block for each in _tagged(element, "caption") for block in _blocks(each)]
    return [*captions, *_joined(_row(each) for each in _own_rows(element))]


def _own_rows(element: etree._Element) -> Iterable[etree._Element]:
    """Return the rows of a table, and not again those of the tables in its cells."""
    for child in element:
        yield from [child] if child.tag == "tr" else _tagged(child, "tr")


def _heading(element: etree._Element) -> list[str]:
    line = _UNDERLINED[str(element.tag)]
    return [f"{text}\n{line * min(len(text), _LONGEST_LINE)}" for text in _blocks(element)]


def _tagged(element: etree._Element, tag: str) -> list[etree._Element]:
    return [child for child in element if child.tag == tag]


def _item(element: etree._Element, bullet: str) -> str:
    text = "\n".join(_blocks(element))
    return bullet + (text if _is_deep(element) else text.replace("\n", f"\n{' ' * len(bullet)}"))


def _row(element: etree._Element) -> str:
    return " | ".join(" ".join(_blocks(cell)) for cell in element if cell.tag in ("td", "th"))


def _inline(element: etree._Element) -> str:
    match element.tag:
        case "br":
            return _LINE_END
        case "img":
            return f"{_picture_words(element)} {element.get('src', '')}"
    text = "".join((element.text or "", *(f"{_inline(child)}{child.tail or ''}" for child in element)))
    if element.tag == "a" and _leads_elsewhere(element, text):
        return f"{text} <{element.get('href')}>"
    return f"({text})" if _is_credit(element) else text


def _picture_words(element: etree._Element) -> str:
    alt = _SPACE.sub(" ", str(element.get("alt") or "")).strip()
    return f"[Picture: {alt}]" if alt else "[Picture]"


def _leads_elsewhere(element: etree._Element, text: str) -> bool:
    address = str(element.get("href") or "#")
    return not address.startswith("#") and address not in text


def _is_credit(element: etree._Element) -> bool:
    parent = element.getparent()
    return element.tag == "cite" and parent is not None and parent.tag == "figcaption" and bool(parent.text)


def _is_deep(element: etree._Element) -> bool:
    """Tell whether so many lists and quotations are around it that a mark more on each line is of no use."""
    return sum(1 for _ in element.iterancestors("blockquote", "li")) >= _DEEPEST


def _holds_blocks(element: etree._Element) -> bool:
    return element.tag in _BLOCKS or next(element.iterdescendants(*_BLOCKS), None) is not None


def _paragraph(run: Iterable[str]) -> list[str]:
    folded = _AROUND_LINE_ENDS.sub("\n", _SPACE.sub(" ", "".join(run))).strip()
    return [folded] if folded else []


def _joined(lines: Iterable[str]) -> list[str]:
    text = "\n".join(lines)
    return [text] if text.strip() else []


_KINDS: dict[str, Callable[[etree._Element], list[str]]] = {
    "ul": _list,
    "ol": _list,
    "blockquote": _quotation,
    "table": _table,
    "figure": lambda element: _joined(_blocks(element)),
    "pre": lambda element: _joined([_inline(element).replace(_LINE_END, "\n").strip("\n")]),
    "hr": lambda _: ["-" * _LONGEST_LINE],
    "h1": _heading,
    "h2": _heading,
}
