"""HTML fragments as trees: parsed without losing text, cut at a paragraph, split around an element."""

from __future__ import annotations

from lxml import etree

from syndicate.model.text import strip_forbidden

# What may hold block content; everything else is split when a block must stand where it is (HTML section 3.2.5.2).
_FLOW = frozenset(
    {"body", "div", "section", "article", "aside", "main", "nav", "header", "footer", "center", "details"}
    | {"blockquote", "li", "dd", "td", "th", "figure", "figcaption"}
)
_BLOCKS = ("p", "div", "li", "dd", "dt", "pre", "tr", "blockquote")


def parse_fragment(html: str) -> etree._Element:
    """Parse a sanitised fragment; its nodes are the content of the `body` that is returned."""
    # Size and depth were limited on the way in; libxml2's own limits would cut text off in silence.
    parser = etree.HTMLParser(huge_tree=True, remove_comments=True, remove_pis=True)
    page = etree.fromstring(f"<html><body>{strip_forbidden(html)}</body></html>", parser)
    body = page.find("body")
    assert body is not None
    return body


def write_fragment(body: etree._Element) -> str:
    """Write the content of `body` as HTML without characters that may stand in no document."""
    html = etree.tostring(body, encoding="unicode", method="html", with_tail=False)
    return strip_forbidden(html.removeprefix("<body>").removesuffix("</body>"))


def keep_paragraphs(body: etree._Element, count: int) -> None:
    """Cut everything after the first `count` paragraphs; other blocks with text count as paragraphs."""
    ends = _paragraphs(body) or _line_ends(body)
    if len(ends) > count:
        _cut_after(ends[count - 1])


def first_paragraph(body: etree._Element) -> str:
    """Return the text of the first paragraph on one line; of the whole body where it knows no paragraphs."""
    return " ".join("".join(map(str, (_paragraphs(body) or [body])[0].itertext())).split())


def _paragraphs(body: etree._Element) -> list[etree._Element]:
    leaves = (block for block in body.iter(*_BLOCKS) if next(block.iterdescendants(*_BLOCKS), None) is None)
    return [leaf for leaf in leaves if _has_text(leaf)]


def _line_ends(body: etree._Element) -> list[etree._Element]:
    """Find the `br` that end a line of text, for bodies that know no other paragraphs."""
    return [line_end for line_end in body.iter("br") if _text_before(line_end).strip()]


def _text_before(element: etree._Element) -> str:
    previous = element.getprevious()
    if previous is not None:
        return previous.tail or ("" if previous.tag == "br" else "".join(map(str, previous.itertext())))
    parent = element.getparent()
    return (parent.text if parent is not None else None) or ""


def _has_text(element: etree._Element) -> bool:
    return any(str(text).strip() for text in element.itertext())


def _cut_after(element: etree._Element) -> None:
    node = element
    while (parent := node.getparent()) is not None and node.tag != "body":
        node.tail = None
        for following in list(node.itersiblings()):
            parent.remove(following)
        node = parent


def wrap(element: etree._Element, tag: str) -> etree._Element:
    """Put a new element around `element`, where it stands, and return it."""
    wrapper = etree.Element(tag)
    wrapper.tail, element.tail = element.tail, None
    parent = element.getparent()
    assert parent is not None
    parent.replace(element, wrapper)
    wrapper.append(element)
    return wrapper


def hoist(element: etree._Element) -> None:
    """Split the paragraph, heading or inline element that `element` stands in, until it may hold a block."""
    while (parent := element.getparent()) is not None and parent.tag not in _FLOW:
        _split(parent, element)


def _split(parent: etree._Element, element: etree._Element) -> None:
    """Move `element` behind its parent, and what followed it into a second parent behind that."""
    grandparent = parent.getparent()
    assert grandparent is not None
    rest = etree.Element(parent.tag)
    rest.attrib.update(parent.attrib)
    rest.attrib.pop("id", "")
    rest.text, element.tail = element.tail, None
    rest.extend(list(element.itersiblings()))
    parent.remove(element)
    parts = [part for part in (parent, element, rest) if part is element or not _is_empty(part)]
    tail, parent.tail = parent.tail, None
    place = grandparent.index(parent)
    grandparent.remove(parent)
    grandparent[place:place] = parts
    parts[-1].tail = tail


def _is_empty(element: etree._Element) -> bool:
    return len(element) == 0 and not (element.text or "").strip()
