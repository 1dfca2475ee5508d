"""Entries as AtomPub servers are sent them (RFC 5023): new ones, and changes that keep what is not ours."""

from __future__ import annotations

import copy

from lxml import etree

from syndicate.model.article import Image
from syndicate.render.elements import add
from syndicate.render.formats.atom_entry import atom_entry
from syndicate.render.formats.markup import written
from syndicate.render.formats.story import Story
from syndicate.render.namespaces import ATOM, DCTERMS, MEDIA, NAR

APP = "http://www.w3.org/2007/app"
# What a server decides: its id of the entry, where it is edited, and whether its editors made it public.
_THEIRS = frozenset({f"{{{ATOM}}}id", f"{{{APP}}}control"})
_OUR_LINKS = frozenset({"via", "enclosure", "related", "license"})
_OUR_NAMESPACES = (f"{{{MEDIA}}}", f"{{{NAR}}}")
_OUR_TERMS = frozenset({f"{{{DCTERMS}}}alternative", f"{{{DCTERMS}}}valid"})
_OURS = frozenset(
    f"{{{ATOM}}}{name}"
    for name in ("title", "updated", "published", "author", "summary", "content", "category", "rights")
)
_DESCRIBING = frozenset(f"{{{ATOM}}}{name}" for name in ("title", "summary", "rights"))


def atompub_entry(story: Story, *, draft: bool) -> etree._Element:
    """Return an entry as it is sent to be made."""
    entry = atom_entry(story)
    if draft:
        control = etree.SubElement(entry, f"{{{APP}}}control", nsmap={"app": APP})
        add(control, f"{{{APP}}}draft", "yes")
    return entry


def merged(theirs: etree._Element, ours: etree._Element) -> bytes:
    """Write the entry that a server holds with our words in it; what else stands there stays as it is."""
    whole = copy.deepcopy(theirs)
    has_page = any(_relation(link) == "alternate" and not _is_in(link, ours) for link in whole.iter(f"{{{ATOM}}}link"))
    for element in list(whole.iterchildren("*")):
        if _is_ours(element, ours):
            whole.remove(element)
    for element in ours:
        # The story's page at the partner is the alternate; ours is named by `via`.
        if element.tag in _THEIRS or (has_page and _relation(element) == "alternate"):
            continue
        whole.append(copy.deepcopy(element))
    return written(whole)


def described_media(theirs: etree._Element, image: Image) -> bytes:
    """Write a media link entry with the picture's caption, credit and rights."""
    whole = copy.deepcopy(theirs)
    words = media_words(image)
    said = {
        "title": image.caption or image.alt,
        "summary": words,
        "rights": image.rights.copyright if image.rights else None,
    }
    for element in list(whole.iterchildren("*")):
        if element.tag in _DESCRIBING and said[etree.QName(element).localname]:
            whole.remove(element)
    for name, text in said.items():
        if text:
            add(whole, f"{{{ATOM}}}{name}", text)
    return written(whole)


def media_words(image: Image) -> str:
    """Return what is told of a picture beside it: caption and credit, else what it shows."""
    return " ".join(part for part in (image.caption, image.credit) if part) or image.alt or ""


def _is_ours(element: etree._Element, ours: etree._Element) -> bool:
    if element.tag == f"{{{ATOM}}}link":
        return _relation(element) in _OUR_LINKS or _is_in(element, ours)
    return element.tag in _OURS | _OUR_TERMS or element.tag.startswith(_OUR_NAMESPACES)


def _is_in(link: etree._Element, ours: etree._Element) -> bool:
    return any(
        _relation(each) == _relation(link) and each.get("href") == link.get("href")
        for each in ours.iter(f"{{{ATOM}}}link")
    )


def _relation(element: etree._Element) -> str:
    return element.get("rel", "alternate") if element.tag == f"{{{ATOM}}}link" else ""
