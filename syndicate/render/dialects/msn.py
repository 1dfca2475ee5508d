"""MSN's Partner Hub: dates it reads updates and removals from, and pictures with their rights."""

from __future__ import annotations

from datetime import datetime

from lxml import etree

from syndicate.model.article import Image
from syndicate.model.entry import Entry, FeedContent, Tombstone
from syndicate.policy.gates.msn import may_syndicate
from syndicate.render.dialects.allowed_html import AllowedHTML
from syndicate.render.dialects.contract import Dialect
from syndicate.render.elements import add, atom_date
from syndicate.render.namespaces import DCTERMS, MEDIA, MI

_HTML = AllowedHTML(
    tags=frozenset(
        {
            "a",
            "b",
            "blockquote",
            "br",
            "caption",
            "div",
            "em",
            "figcaption",
            "figure",
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "i",
        }
        | {"img", "li", "ol", "p", "small", "span", "strong", "sub", "sup"}
        | {"table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul"}
    ),
    renamed={
        "h6": "h5",
        "pre": "p",
        "dl": "ul",
        "dt": "li",
        "dd": "li",
        "cite": "span",
        "mark": "em",
        "section": "div",
    },
    classes={"cite": "copyright"},
)
# The region around a focal point: so much of the picture to each side of it.
_FOCUS = 1 / 6


def extend_item(item: etree._Element, entry: Entry, content: FeedContent) -> None:
    """Write the dates, the short title and what MSN asks of pictures."""
    article = entry.article
    _set_validity(item, start_at=entry.published_at, end_at=article.expires_at)
    # The date that says whether an item is new to MSN; it moves with a revision and with nothing else.
    add(item, f"{{{DCTERMS}}}modified", atom_date(entry.updated_at))
    add(item, f"{{{MI}}}dateTimeWritten", atom_date(entry.published_at))
    if article.short_title:
        add(item, f"{{{MI}}}shortTitle", article.short_title)
    images = {image.url: image for image in article.images}
    for picture in item.findall(f"{{{MEDIA}}}content"):
        if image := images.get(picture.get("url", "")):
            _describe(picture, image)


def withdraw(item: etree._Element, tombstone: Tombstone) -> None:
    """Say that an item has ended: the same id, an end in the past and a newer date of change."""
    _set_validity(item, start_at=tombstone.published_at, end_at=tombstone.left_at)
    add(item, f"{{{DCTERMS}}}modified", atom_date(tombstone.left_at))


def _set_validity(item: etree._Element, *, start_at: datetime | None, end_at: datetime | None) -> None:
    for standard in item.findall(f"{{{DCTERMS}}}valid"):
        item.remove(standard)
    known = [f"{name}={atom_date(at)}" for name, at in (("start", start_at), ("end", end_at)) if at]
    add(item, f"{{{DCTERMS}}}valid", "; ".join([*known, "scheme=W3C-DTF"]))


def _describe(picture: etree._Element, image: Image) -> None:
    sides = {name: picture.get(name) for name in ("width", "height")}
    add(picture, f"{{{MEDIA}}}thumbnail", url=image.url, **sides)
    add(picture, f"{{{MI}}}hasSyndicationRights", "1" if may_syndicate(image) else "0")
    if image.rights and image.rights.licence:
        add(picture, f"{{{MI}}}licenseId", image.rights.licence)
    if licensor := (image.rights and image.rights.copyright) or image.credit:
        add(picture, f"{{{MI}}}licensorName", licensor)
    if image.focal_point and image.width and image.height:
        _add_focus(picture, image.focal_point, image.width, image.height)


def _add_focus(picture: etree._Element, point: tuple[float, float], width: int, height: int) -> None:
    region = add(picture, f"{{{MI}}}focalRegion")
    for axis, share, side in (("x", point[0], width), ("y", point[1], height)):
        add(region, f"{{{MI}}}{axis}1", str(round(max(0.0, share - _FOCUS) * side)))
        add(region, f"{{{MI}}}{axis}2", str(round(min(1.0, share + _FOCUS) * side)))


DIALECT = Dialect(prefixes={"mi": MI}, html=_HTML, extend_item=extend_item, withdraw=withdraw)
