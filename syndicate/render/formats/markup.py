"""A body as other formats need it: as text, and as XHTML that may stand in XML."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from lxml import etree

from syndicate.render.markup import parse_fragment
from syndicate.render.namespaces import XHTML

_NONE: Mapping[str, str] = MappingProxyType({})
_BREAKS = frozenset({"p", "div", "li", "dt", "dd", "tr", "pre", "blockquote", "figure", "figcaption", "br", "hr"})
_BREAKS |= frozenset(
    {f"h{level}" for level in range(1, 7)} | {"section", "ul", "ol", "dl", "table", "caption", "td", "th"}
)


def rooted(namespace: str, tag: str, prefixes: Mapping[str, str] = _NONE, **attributes: str) -> etree._Element:
    """Make an element whose namespace needs no prefix."""
    nsmap: Any = {None: namespace, **prefixes}  # lxml's stubs do not know None
    return etree.Element(f"{{{namespace}}}{tag}", attributes, nsmap=nsmap)


def lines_of(html: str) -> str:
    """Return a body's words: a line for each paragraph, nothing between lines but their ends."""
    parts: list[str] = []
    for event, element in etree.iterwalk(parse_fragment(html), events=("start", "end")):
        if element.tag in _BREAKS:
            parts.append("\n")
        parts.append((element.text if event == "start" else element.tail) or "")
    lines = (" ".join(line.split()) for line in "".join(parts).split("\n"))
    return "\n".join(line for line in lines if line)


def xhtml_of(html: str, tag: str) -> etree._Element:
    """Return a body as an XHTML element of that name."""
    body = parse_fragment(html)
    body.tag = tag
    root = rooted(XHTML, tag)
    root.text = body.text
    root.extend(list(body))
    for element in root.iterdescendants("*"):
        element.tag = f"{{{XHTML}}}{element.tag}"
    etree.cleanup_namespaces(root)
    return root


def written(root: etree._Element) -> bytes:
    """Write a document: equal elements, equal bytes."""
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")
