"""XML from strangers as a tree: any encoding, mended where possible, no entities, no network, lenient names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from html import unescape
from html.entities import html5

from lxml import etree

from syndicate.errors import UnreadableDocumentError
from syndicate.model.text import strip_forbidden
from syndicate.parse.links import web_address

Element = etree._Element
_DECLARATION = re.compile(r"\s*<\?xml\b([^>]*)\?>")
_ENCODING = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._\-]{1,40})")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9._\-]{1,40})", re.IGNORECASE)
_OWN_ENTITIES = re.compile(r"(?:\s++|<\?.*?\?>|<!--.*?-->)*+<!DOCTYPE\b[^>\[]*+\[", re.IGNORECASE | re.DOTALL)
_REFERENCES = re.compile(
    r"<!\[CDATA\[.*?(?:\]\]>|\Z)|&(?:#\d{1,8};|#x[0-9a-fA-F]{1,8};|[a-zA-Z][a-zA-Z0-9]{0,40};)?", re.DOTALL
)
_XML_ENTITIES = frozenset({"&amp;", "&lt;", "&gt;", "&quot;", "&apos;"})
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
# Publishers write these with and without the slash, with https or with no scheme at all.
_FAMILIES = {
    "search.yahoo.com/mrss": "media",
    "www.rssboard.org/media-rss": "media",
    "www.w3.org/2005/atom": "atom",
    "purl.org/atom/ns": "atom",
    "purl.org/rss/1.0/modules/content": "content",
    "purl.org/dc/elements/1.1": "dc",
    "purl.org/dc/terms": "dcterms",
    "purl.org/rss/1.0/modules/slash": "slash",
    "wellformedweb.org/commentapi": "wfw",
    "purl.org/syndication/thread/1.0": "thr",
    "www.w3.org/1999/xhtml": "xhtml",
    "backend.userland.com/creativecommonsrssmodule": "cc",
    "purl.org/rss/1.0": "",
    "my.netscape.com/rdf/simple/0.9": "",
    "backend.userland.com/rss2": "",
}
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def read_xml(data: bytes, content_type: str | None) -> Element:
    """Parse a document that may be broken; raises UnreadableDocumentError for none at all or a DOCTYPE with content."""
    text = _decoded(data, content_type)
    if _OWN_ENTITIES.match(text):
        raise UnreadableDocumentError("the document declares entities of its own")
    text = _REFERENCES.sub(_known_reference, strip_forbidden(_DECLARATION.sub("", text, count=1)))
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False, recover=True, remove_comments=True
    )
    try:
        root = etree.fromstring(text.strip().encode("utf-8"), parser)
    except etree.XMLSyntaxError as error:
        raise UnreadableDocumentError(f"the document is not XML: {error.msg}") from error
    if root is None:
        raise UnreadableDocumentError("the document is not XML")
    return root


def _decoded(data: bytes, content_type: str | None) -> str:
    """Decode by byte order mark, the declaration, then the charset of HTTP; bytes that do not fit are replaced.

    RFC 7303 section 3 puts the byte order mark first; servers guess charsets, publishers know theirs.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    declared = _ENCODING.search(data[:1_000])
    named = _CHARSET.search(content_type or "")
    for candidate in (declared and declared[1].decode("ascii"), "utf-8", named and named[1], "windows-1252"):
        if candidate and (text := _tried(data, candidate)) is not None:
            return text
    return data.decode("utf-8", "replace")


def _tried(data: bytes, encoding: str) -> str | None:
    # What calls itself ISO 8859-1 is windows-1252 (WHATWG Encoding 4.2).
    encoding = "windows-1252" if encoding.lower() in ("iso-8859-1", "latin1", "us-ascii", "ascii") else encoding
    try:
        return data.decode(encoding)
    except (UnicodeError, LookupError):
        return None


def _known_reference(match: re.Match[str]) -> str:
    reference = match[0]
    if reference.startswith("<!") or reference in _XML_ENTITIES:
        return reference
    if reference.startswith("&#"):
        return _escaped(strip_forbidden(unescape(reference)))
    return _escaped(html5.get(reference[1:], reference))


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def name_of(element: Element) -> tuple[str, str]:
    """Return the family of an element's namespace ("" for none, "?" for unknown) and its local name in lower case."""
    return _split_name(element.tag if isinstance(element.tag, str) else "{?}?")


@lru_cache(maxsize=1_024)
def _split_name(tag: str) -> tuple[str, str]:
    namespace, _, local = tag[1:].rpartition("}") if tag.startswith("{") else ("", "", tag)
    key = re.sub(r"^(?:https?:)?//|[/#]+$", "", namespace.strip().lower())
    return ("" if not namespace else _FAMILIES.get(key, "?")), local.lower()


def children(element: Element, family: str, *names: str) -> Iterator[Element]:
    """Yield the child elements of these local names (lower case; all where none is named) in document order."""
    for child in element:
        found, local = name_of(child)
        if found == family and (not names or local in names):
            yield child


def child(element: Element | None, family: str, *names: str) -> Element | None:
    return None if element is None else next(children(element, family, *names), None)


def text_of(element: Element | None) -> str | None:
    """Return all text of an element without white space around it, or None where there is none."""
    return None if element is None else "".join(map(str, element.itertext())).strip() or None


def child_text(element: Element | None, family: str, *names: str) -> str | None:
    """Return the text of the first such child that has any."""
    if element is None:
        return None
    return next((text for each in children(element, family, *names) if (text := text_of(each))), None)


def base_of(element: Element, default: str | None) -> str | None:
    """Return the base address that xml:base gives an element (XML Base section 4)."""
    return web_address(element.base, default) or default


def inner_html(element: Element) -> str:
    """Return the content of an element that holds XHTML, as HTML."""
    for each in element.iter():
        if name_of(each)[0] == "xhtml":
            each.tag = etree.QName(each).localname
    etree.cleanup_namespaces(element)
    parts = [_escaped(element.text or "")]
    parts += [str(etree.tostring(each, encoding="unicode", method="html")) for each in element]
    return "".join(parts)
