"""RSS in JSON: the elements of RSS 2.0 as objects, turned back into elements (`#value` is an element's text)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from lxml import etree

from syndicate.model.text import strip_forbidden
from syndicate.parse.xml_tree import Element

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_\-]{0,60}")
_NAMESPACES = {
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "media": "http://search.yahoo.com/mrss/",
    "slash": "http://purl.org/rss/1.0/modules/slash/",
    "wfw": "http://wellformedweb.org/CommentAPI/",
}
# What these hold are elements; what others hold are attributes.
_CONTAINERS = frozenset({"rss", "channel", "item", "image"})


def is_rss_json(value: object) -> bool:
    rss = value.get("rss") if isinstance(value, dict) else None
    return isinstance(rss, dict) and isinstance(rss.get("channel"), dict)


def to_elements(value: Mapping[str, Any]) -> Element:
    """Return the `rss` element that RSS in JSON stands for."""
    root = etree.Element("rss")
    _fill(root, "rss", value["rss"])
    return root


def _fill(element: Element, name: str, value: Any) -> None:
    if not isinstance(value, dict):
        element.text = strip_forbidden(str(value))
        return
    for key, part in value.items():
        is_plain = not isinstance(part, dict | list)
        if key == "#value":
            element.text = strip_forbidden(str(part))
        elif part is None or (tag := _tag(key)) is None:
            continue
        elif is_plain and name not in _CONTAINERS:
            element.set(tag, strip_forbidden(str(part)))
        else:
            for each in part if isinstance(part, list) else [part]:
                _fill(etree.SubElement(element, tag), key, each)


def _tag(key: str) -> str | None:
    prefix, _, local = key.rpartition(":")
    if not _NAME.fullmatch(local) or (prefix and prefix not in _NAMESPACES):
        return None
    return f"{{{_NAMESPACES[prefix]}}}{local}" if prefix else local
