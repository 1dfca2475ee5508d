"""The outline of RSS and Atom."""

from __future__ import annotations

from collections.abc import Iterator

from syndicate.parse.lint.outline import File, Item, Outline, Written
from syndicate.parse.xml_tree import Element, child, child_text, children, name_of, text_of

_RSS_DATES = (("", "pubdate"), ("dc", "date"), ("dcterms", "modified"), ("atom", "updated"), ("atom", "published"))
_ATOM_DATES = (("atom", "updated"), ("atom", "published"), ("dcterms", "modified"))


def outline_xml(root: Element) -> Outline | None:
    """Outline RSS 2.0, RSS 1.0 or Atom; None for other XML."""
    family, local = name_of(root)
    if (family, local) == ("atom", "feed"):
        return _atom(root)
    channel = child(root, "", "channel")
    return _rss(root, channel) if local in ("rss", "rdf") and channel is not None else None


def _rss(root: Element, channel: Element) -> Outline:
    items = [*children(channel, "", "item"), *children(root, "", "item")]
    return Outline(
        format="rss",
        missing=tuple(name for name in ("title", "link", "description") if child(channel, "", name) is None),
        self_address=_link(channel, "self"),
        dates=tuple(_dates(channel, (("", "pubdate"), ("", "lastbuilddate")))),
        items=tuple(_item(item, position) for position, item in enumerate(items, start=1)),
    )


def _item(item: Element, position: int) -> Item:
    guid = child(item, "", "guid")
    found = text_of(guid)
    attributes = {} if guid is None else {key.lower(): value for key, value in guid.attrib.items()}
    link = child_text(item, "", "link")
    enclosures = tuple(_file(each, "url") for each in children(item, "", "enclosure"))
    addresses = [Written("link", link)] if link else []
    return Item(
        name=found or f"item {position}",
        id=found,
        claims_address=found is not None and attributes.get("ispermalink", "true") == "true",
        title=child_text(item, "", "title"),
        has_text=any(child(item, *name) is not None for name in (("", "description"), ("content", "encoded"))),
        dates=tuple(_dates(item, _RSS_DATES)),
        addresses=(*addresses, *_enclosed(enclosures), *_pictures(item)),
        files=enclosures,
    )


def _atom(root: Element) -> Outline:
    return Outline(
        format="atom",
        missing=tuple(name for name in ("id", "title", "updated") if child_text(root, "atom", name) is None),
        self_address=_link(root, "self"),
        dates=tuple(_dates(root, (("atom", "updated"),))),
        items=tuple(_entry(each, position) for position, each in enumerate(children(root, "atom", "entry"), start=1)),
    )


def _entry(entry: Element, position: int) -> Item:
    found = child_text(entry, "atom", "id")
    links = list(children(entry, "atom", "link"))
    enclosures = tuple(_file(each, "href") for each in links if each.get("rel") == "enclosure")
    page = _link(entry, "alternate")
    return Item(
        name=found or f"entry {position}",
        id=found,
        claims_address=False,
        title=child_text(entry, "atom", "title"),
        has_text=any(child(entry, "atom", name) is not None for name in ("content", "summary")),
        dates=tuple(_dates(entry, _ATOM_DATES)),
        addresses=(*([Written("link", page)] if page else []), *_enclosed(enclosures), *_pictures(entry)),
        files=enclosures,
    )


def _dates(parent: Element, names: tuple[tuple[str, str], ...]) -> Iterator[Written]:
    for family, name in names:
        for each in children(parent, family, name):
            yield Written(_path(family, name), text_of(each) or "")


def _path(family: str, name: str) -> str:
    spelled = {"pubdate": "pubDate", "lastbuilddate": "lastBuildDate"}.get(name, name)
    return spelled if family in ("", "atom") else f"{family}:{spelled}"


def _link(parent: Element, rel: str) -> str | None:
    links = (each for each in children(parent, "atom", "link") if each.get("rel", "alternate") == rel)
    return next((each.get("href") for each in links), None)


def _file(element: Element, address: str) -> File:
    return File(element.get(address), element.get("type"), element.get("length"))


def _enclosed(files: tuple[File, ...]) -> Iterator[Written]:
    return (Written("enclosure", each.url) for each in files if each.url)


def _pictures(item: Element) -> Iterator[Written]:
    pictures = children(item, "media", "content", "thumbnail")
    return (Written(f"media:{name_of(each)[1]}", url) for each in pictures if (url := each.get("url")))
