"""HTML brought within what a partner takes: renamed where another element says it, else unwrapped; no text is lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import nh3
from lxml import etree

from syndicate.model.finding import Finding
from syndicate.render.markup import parse_fragment, write_fragment

_ATTRIBUTES = {"a": {"href", "title"}, "img": {"src", "alt", "title", "width", "height"}}
_CELLS = {"td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}}


@dataclass(frozen=True)
class AllowedHTML:
    """The elements a partner takes, and which of them stands for one it does not take."""

    tags: frozenset[str]
    renamed: Mapping[str, str]
    classes: Mapping[str, str]
    """The class that a renamed element gets, by its former name."""

    @cached_property
    def _cleaner(self) -> nh3.Cleaner:
        named = {tag: names for tag, names in (_ATTRIBUTES | _CELLS).items() if tag in self.tags}
        named |= {self.renamed[old]: {"class"} for old in self.classes}
        schemes = {"http", "https", "mailto"}
        return nh3.Cleaner(tags=set(self.tags), attributes=named, url_schemes=schemes, link_rel=None)

    def repair(self, html: str) -> str:
        """Return the HTML with nothing in it that the partner does not take."""
        body = parse_fragment(html)
        for element in body.iterdescendants(*self.renamed):
            self._rename(element)
        return self._cleaner.clean(write_fragment(body))

    def _rename(self, element: etree._Element) -> None:
        former = str(element.tag)
        element.tag = self.renamed[former]
        element.attrib.clear()
        if former in self.classes:
            element.set("class", self.classes[former])

    def repairs(self, html: str) -> tuple[Finding, ...]:
        """Say what `repair` would change, an element at a time, in the order of their names."""
        found = {str(element.tag) for element in parse_fragment(html).iterdescendants(etree.Element)}
        return tuple(self._finding(tag) for tag in sorted(found - self.tags))

    def _finding(self, tag: str) -> Finding:
        done = f"becomes {self.renamed[tag]}" if tag in self.renamed else "goes, its text stays"
        reason = f"is not in the HTML the partner takes; it {done}"
        return Finding("html_outside", f"body_html.{tag}", reason, refuses=False)
