"""Media RSS: each picture with its own caption, alt text, credit and copyright, straight in the item."""

from __future__ import annotations

from lxml import etree

from syndicate.model.article import Article, Attachment, Image
from syndicate.render.elements import add
from syndicate.render.enclosures import image_type
from syndicate.render.namespaces import MEDIA

_MEDIUMS = frozenset({"audio", "image", "video"})


def add_media(item: etree._Element, article: Article) -> None:
    """Append one `media:content` for each picture and attachment.

    Never in a `media:group`, which holds renditions of one object (Media RSS 1.5.1); unknown sizes are left out.
    """
    for image in article.images:
        _add_image(item, image, is_lead=image is article.lead)
    for attachment in article.attachments:
        _add_attachment(item, attachment)


def _add_image(item: etree._Element, image: Image, *, is_lead: bool) -> None:
    content = add(
        item,
        f"{{{MEDIA}}}content",
        url=image.url,
        type=image_type(image),
        medium="image",
        width=_number(image.width),
        height=_number(image.height),
        fileSize=_number(image.length),
        isDefault="true" if is_lead else None,
    )
    _add_text(content, "title", image.caption)
    _add_text(content, "description", image.caption)
    _add_text(content, "text", image.alt)
    if image.credit:
        add(content, f"{{{MEDIA}}}credit", image.credit, role="photographer")
    if image.rights and image.rights.copyright:
        add(content, f"{{{MEDIA}}}copyright", image.rights.copyright, url=image.rights.licence_url)


def _add_attachment(item: etree._Element, attachment: Attachment) -> None:
    family = attachment.type.partition("/")[0]
    content = add(
        item,
        f"{{{MEDIA}}}content",
        url=attachment.url,
        type=attachment.type,
        medium=family if family in _MEDIUMS else "document",
        fileSize=_number(attachment.length),
        duration=_number(attachment.duration),
    )
    _add_text(content, "title", attachment.title)


def _add_text(content: etree._Element, name: str, text: str | None) -> None:
    if text:
        add(content, f"{{{MEDIA}}}{name}", text, type="plain")


def _number(value: float | None) -> str | None:
    return f"{value:.0f}" if value else None
