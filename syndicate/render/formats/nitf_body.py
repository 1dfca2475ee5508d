"""A body in the few tags of NITF: blocks and inline elements have their counterparts, no word is lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from lxml import etree

from syndicate.model.article import Image
from syndicate.render.elements import add
from syndicate.render.enclosures import image_type
from syndicate.render.namespaces import NITF

_INLINE = {"a": "a", "b": "em", "em": "em", "i": "em", "q": "q", "strong": "em", "cite": "em"}
_PARAGRAPHS = {"p": "p", **{f"h{level}": "hl2" for level in range(1, 7)}}
_PLAIN = frozenset({"div", "section", "article", "aside", "main", "header", "footer", "figcaption", "address", "nav"})
# Parts of what is not there around them.
_PLAIN |= frozenset({"li", "dt", "dd", "tr", "td", "th", "thead", "tbody", "tfoot", "caption", "details", "summary"})


def add_nitf(target: etree._Element, name: str, text: str | None = None, /, **attributes: str | None) -> etree._Element:
    return add(target, f"{{{NITF}}}{name}", text, **attributes)


@dataclass
class NITFBody:
    """Fills NITF elements from HTML ones; `pictures` are those of the record by address, `placed` those that stand."""

    pictures: Mapping[str, Image]
    placed: set[str]

    def fill(self, target: etree._Element, source: etree._Element, *, loose: etree._Element | None = None) -> None:
        """Write the content of `source`; text that stands in no block goes to `loose`, or to a paragraph of its own."""
        line = loose
        if (source.text or "").strip():
            line = line if line is not None else add_nitf(target, "p")
            _append(line, source.text)
        for child in source:
            block = self._block(str(child.tag))
            if block is not None:
                block(target, child)
                line = loose
            else:
                line = line if line is not None else add_nitf(target, "p")
                _inline_element(line, child)
            if (child.tail or "").strip():
                line = line if line is not None else add_nitf(target, "p")
                _append(line, child.tail)

    def _block(self, tag: str) -> Callable[[etree._Element, etree._Element], None] | None:
        if tag in _PARAGRAPHS:
            return _paragraph
        if tag in _PLAIN:
            return self.fill
        blocks = {"ul": self._list, "ol": self._list, "blockquote": self._quote, "figure": self._figure}
        return {**blocks, "table": self._table, "pre": _verbatim, "hr": _rule, "dl": self._definitions}.get(tag)

    def _list(self, target: etree._Element, source: etree._Element) -> None:
        items = [child for child in source if _words(child)]
        if not _hold_all(items, source):
            return self._flat(target, source)
        made = add_nitf(target, str(source.tag))
        for child in items:
            item = add_nitf(made, "li")
            self.fill(item, child, loose=item)
        return None

    def _definitions(self, target: etree._Element, source: etree._Element) -> None:
        items = [child for child in _own(source, "dt", "dd") if _words(child)]
        if not _hold_all(items, source):
            return self._flat(target, source)
        made = add_nitf(target, "dl")
        for child in items:
            item = add_nitf(made, str(child.tag))
            if child.tag == "dd":
                self.fill(item, child)
            else:
                _inline_content(item, child)
        return None

    def _flat(self, target: etree._Element, source: etree._Element) -> None:
        """Write what has words where its structure has no place for them, or no words at all."""
        if _words(source):
            self.fill(target, source)

    def _quote(self, target: etree._Element, source: etree._Element) -> None:
        if _words(source):
            self.fill(add_nitf(add_nitf(target, "bq"), "block"), source)

    def _table(self, target: etree._Element, source: etree._Element) -> None:
        rows = [row for row in _own(source, "tr") if next(row.iterchildren("td", "th"), None) is not None]
        caption = source.find("caption")
        cells = [cell for row in rows for cell in row.iterchildren("td", "th")]
        if not _hold_all([*([] if caption is None else [caption]), *cells], source) or not rows:
            return self._flat(target, source)
        made = add_nitf(target, "table")
        if caption is not None:
            _inline_content(add_nitf(made, "caption"), caption)
        for row in rows:
            self._row(add_nitf(made, "tr"), row)
        return None

    def _row(self, target: etree._Element, source: etree._Element) -> None:
        for cell in source.iterchildren("td", "th"):
            spans = {name: cell.get(name) for name in ("rowspan", "colspan")}
            made = add_nitf(target, str(cell.tag), **spans)
            self.fill(made, cell, loose=made)

    def _figure(self, target: etree._Element, source: etree._Element) -> None:
        shown = [str(img.get("src", "")) for img in source.iter("img")]
        image = self.pictures.get(shown[0]) if len(shown) == 1 else None
        if image is not None:
            self.placed.add(image.url)
            add_picture(target, image)
            # What the record says of it stands with it; other words of the figure follow.
            told = ("figcaption",) if image.caption or image.credit else ()
            etree.strip_elements(source, "img", *told, with_tail=False)
        self._flat(target, source)


def add_picture(target: etree._Element, image: Image) -> None:
    """Write a picture with its caption, credit, alternate text and copyright."""
    media = add_nitf(target, "media", **{"media-type": "image"})
    rights = image.rights
    attributes = {
        "source": image.url,
        "mime-type": image_type(image),
        "width": None if image.width is None else str(image.width),
        "height": None if image.height is None else str(image.height),
        "alternate-text": image.alt,
        "source-credit": image.credit,
        "copyright": rights.copyright if rights else None,
    }
    add_nitf(media, "media-reference", **attributes)
    if image.caption:
        add_nitf(add_nitf(media, "media-caption"), "p", image.caption)
    if image.credit:
        add_nitf(media, "media-producer", image.credit)


def _paragraph(target: etree._Element, source: etree._Element) -> None:
    if _words(source):
        _inline_content(add_nitf(target, _PARAGRAPHS[str(source.tag)]), source)


def _verbatim(target: etree._Element, source: etree._Element) -> None:
    add_nitf(target, "pre", "".join(map(str, source.itertext())))


def _rule(target: etree._Element, source: etree._Element) -> None:
    add_nitf(target, "hr")


def _inline_content(target: etree._Element, source: etree._Element) -> None:
    _append(target, source.text)
    for child in source:
        _inline_element(target, child)
        _append(target, child.tail)


def _inline_element(target: etree._Element, source: etree._Element) -> None:
    """Append an inline element; of one that NITF has not, its words. A picture of no record is linked."""
    tag = str(source.tag)
    if tag == "br":
        add_nitf(target, "br")
    elif tag == "img":
        add_nitf(target, "a", source.get("alt") or source.get("src"), href=source.get("src"))
    elif tag in _INLINE:
        _inline_content(add_nitf(target, _INLINE[tag], href=source.get("href")), source)
    else:
        _inline_content(target, source)


def _own(source: etree._Element, *tags: str) -> list[etree._Element]:
    """Return the descendants of these tags that are no other such element's."""
    return [each for each in source.iterdescendants(*tags) if next(each.iterancestors(str(source.tag))) is source]


def _hold_all(parts: Sequence[etree._Element], whole: etree._Element) -> bool:
    """Say whether there are parts, and no word of the whole stands outside them."""
    return bool(parts) and "".join(map(_letters, parts)) == _letters(whole)


def _letters(element: etree._Element) -> str:
    return "".join("".join(map(str, element.itertext())).split())


def _append(target: etree._Element, text: str | None) -> None:
    if not text:
        return
    if len(target):
        target[-1].tail = (target[-1].tail or "") + text
    else:
        target.text = (target.text or "") + text


def _words(element: etree._Element) -> bool:
    return any(str(text).strip() for text in element.itertext()) or next(element.iter("img"), None) is not None
