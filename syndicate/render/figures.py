"""Pictures in a body: each as a figure with the caption, credit and alt text of the record."""

from __future__ import annotations

from collections.abc import Sequence

from lxml import etree

from syndicate.model.addresses import normalise_web_url
from syndicate.model.article import Image
from syndicate.render.markup import hoist, keep_paragraphs, parse_fragment, wrap, write_fragment


def place_pictures(body_html: str, images: Sequence[Image], *, paragraphs: int | None = None) -> str:
    """Return the body with every picture of the record as a figure.

    A picture stands where an `img` names it; one that none names stands on top if it is the lead, else at the end.
    With `paragraphs`, only so many are kept, with the lead and the pictures among them.
    An `img` that is no picture of the record stays as it is.
    """
    body = parse_fragment(body_html)
    by_url = {image.url: image for image in images}
    named = {url for img in body.iter("img") if (url := _address(img)) in by_url}
    if paragraphs is not None:
        keep_paragraphs(body, paragraphs)
    for img in list(body.iter("img")):
        if image := by_url.get(_address(img)):
            _show(img, image, lazily=image is not images[0])
    _add_unnamed(body, images, named, at_end=paragraphs is None)
    return write_fragment(body)


def _address(img: etree._Element) -> str:
    try:
        return normalise_web_url(img.get("src"))
    except ValueError:
        return ""


def _add_unnamed(body: etree._Element, images: Sequence[Image], named: set[str], *, at_end: bool) -> None:
    for place, image in enumerate(images):
        if image.url in named or (place > 0 and not at_end):
            continue
        figure = etree.Element("figure")
        _describe(etree.SubElement(figure, "img"), image, lazily=place > 0)
        _write_caption(figure, image)
        if place == 0:
            figure.tail, body.text = body.text, None
            body.insert(0, figure)
        else:
            body.append(figure)


def _show(img: etree._Element, image: Image, *, lazily: bool) -> None:
    figure = _own_figure(img)
    if figure is None:
        figure = wrap(_link_of(img), "figure")
    hoist(figure)
    _describe(img, image, lazily=lazily)
    _write_caption(figure, image)


def _own_figure(img: etree._Element) -> etree._Element | None:
    """Return the figure the body already has around this picture alone."""
    figure = next(img.iterancestors("figure"), None)
    return figure if figure is not None and sum(1 for _ in figure.iter("img")) == 1 else None


def _link_of(img: etree._Element) -> etree._Element:
    """Return the link that holds nothing but the picture, so that it is kept; else the picture."""
    parent = img.getparent()
    alone = parent is not None and len(parent) == 1 and not f"{parent.text or ''}{img.tail or ''}".strip()
    return parent if parent is not None and parent.tag == "a" and alone else img


def _describe(img: etree._Element, image: Image, *, lazily: bool) -> None:
    alt = image.alt or img.get("alt") or ""
    img.attrib.clear()
    img.set("src", image.url)
    img.set("alt", alt)
    if image.width and image.height:
        img.set("width", str(image.width))
        img.set("height", str(image.height))
    if lazily:
        img.set("loading", "lazy")


def _write_caption(figure: etree._Element, image: Image) -> None:
    if not image.caption and not image.credit:
        return
    for old in figure.findall("figcaption"):
        figure.remove(old)
    caption = etree.SubElement(figure, "figcaption")
    caption.text = image.caption
    if image.credit:
        caption.text = f"{image.caption} " if image.caption else None
        etree.SubElement(caption, "cite").text = image.credit
