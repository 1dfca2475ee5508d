"""NewsML-G2 2.35: a message with the story, and an item for each of its pictures and attachments."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from lxml import etree

from syndicate.model.article import Article, Attachment, Author, Image, Rights
from syndicate.model.delivery import EventType
from syndicate.render.attribution import authors_of
from syndicate.render.elements import add, atom_date
from syndicate.render.enclosures import image_type
from syndicate.render.formats.markup import rooted, written, xhtml_of
from syndicate.render.formats.story import Story, Withdrawal
from syndicate.render.formats.terms import concept_uri, holder_of, note_of, terms_of
from syndicate.render.namespaces import NAR, XHTML, XML

_CATALOG = "http://www.iptc.org/std/catalog/catalog.IPTC-G2-Standards_40.xml"
# Alternate text has no code of its own among G2's roles; this is the property's name in IPTC Photo Metadata.
_ALT = "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/AltTextAccessibility"
_SIGNALS = {EventType.UPDATED: "update", EventType.CORRECTED: "correction"}
_CLASSES = {"audio": "ninat:audio", "video": "ninat:video", "image": "ninat:picture"}


def write_newsml_g2(story: Story) -> bytes:
    message, items = _message(story)
    items.append(_story_item(story))
    items.extend(_picture_item(story, image) for image in story.article.images)
    items.extend(_attachment_item(story, attachment) for attachment in story.article.attachments)
    return written(message)


def write_newsml_g2_withdrawal(withdrawal: Withdrawal) -> bytes:
    """Write the same item with a higher version, canceled; its pictures are withdrawn with it."""
    message, items = _message(withdrawal)
    item = _item(withdrawal.id, withdrawal.version, withdrawal.publisher.language)
    _item_meta(item, withdrawal, "ninat:text", status="canceled")
    if withdrawal.public_note:
        _add(item[-1], "edNote", withdrawal.public_note)
    items.append(item)
    return written(message)


def _message(of: Story | Withdrawal) -> tuple[etree._Element, etree._Element]:
    message = rooted(NAR, "newsMessage")
    header = _add(message, "header")
    _add(header, "sent", atom_date(of.at))
    _add(header, "sender", of.publisher.title)
    _add(header, "transmitId", f"{of.id}:{of.version}")
    return message, _add(message, "itemSet")


def _item(guid: str, version: int, language: str) -> etree._Element:
    item = rooted(NAR, "newsItem")
    fixed = {"standard": "NewsML-G2", "standardversion": "2.35", "conformance": "power"}
    for name, value in {"guid": guid, "version": str(version), **fixed, f"{{{XML}}}lang": language}.items():
        item.set(name, value)
    _add(item, "catalogRef", href=_CATALOG)
    return item


def _story_item(story: Story) -> etree._Element:
    article = story.article
    item = _item(story.id, story.version, story.language)
    _rights(item, article.rights)
    _story_meta(_item_meta(item, story, "ninat:text"), story)
    _story_content(_add(item, "contentMeta"), story)
    inline = _add(_add(item, "contentSet"), "inlineXML", contenttype="application/xhtml+xml")
    page = rooted(XHTML, "html")
    add(add(page, f"{{{XHTML}}}head"), f"{{{XHTML}}}title", article.title)
    page.append(xhtml_of(story.body_html, "body"))
    inline.append(page)
    return item


def _item_meta(
    item: etree._Element, of: Story | Withdrawal, item_class: str, *, status: str = "usable"
) -> etree._Element:
    meta = _add(item, "itemMeta")
    _add(meta, "itemClass", qcode=item_class)
    _name(_add(meta, "provider", uri=f"{of.publisher.root}/"), of.publisher.title)
    _add(meta, "versionCreated", atom_date(of.at))
    if isinstance(of, Story):
        _add(meta, "firstCreated", atom_date(of.entry.published_at))
    if isinstance(of, Story) and of.article.embargo_until:
        _add(meta, "embargoed", atom_date(of.article.embargo_until))
    _add(meta, "pubStatus", qcode=f"stat:{status}")
    return meta


def _story_meta(meta: etree._Element, story: Story) -> None:
    """Write what the schema wants in this order: title, notes, signal, other places, end, links."""
    article = story.article
    _add(meta, "title", article.title)
    if article.editor_note:
        _add(meta, "edNote", article.editor_note)
    for correction in article.corrections:
        _add(meta, "edNote", note_of(correction))
    if signal := _SIGNALS.get(story.type):
        _add(meta, "signal", qcode=f"sig:{signal}")
    _add(meta, "altRep", story.url, contenttype="text/html")
    if article.expires_at:
        _add(meta, "expires", atom_date(article.expires_at))
    for image in article.images:
        _add(meta, "link", rel="irel:associatedWith", residref=_part(story, image.url), contenttype=image_type(image))
    for attachment in article.attachments:
        guid = _part(story, attachment.url)
        _add(meta, "link", rel="irel:associatedWith", residref=guid, contenttype=attachment.type)
    for related in article.related:
        link = _add(meta, "link", rel="irel:seeAlso", href=related.url, contenttype="text/html")
        _add(link, "title", related.title)


def _story_content(meta: etree._Element, story: Story) -> None:
    article = story.article
    if article.urgency:
        _add(meta, "urgency", str(article.urgency))
    _add(meta, "contentCreated", atom_date(story.entry.published_at))
    _add(meta, "contentModified", atom_date(story.entry.updated_at))
    for source in story.sources:
        _name(_add(meta, "infoSource", uri=source.url), source.name)
    for author in authors_of(story.entry, story.publisher):
        _creator(meta, author)
    _add(meta, "language", tag=story.language)
    _subjects(meta, article)
    for name, value in _texts(story):
        _add(meta, name, value)
    if article.summary:
        _add(meta, "description", article.summary, role="drol:summary")


def _texts(story: Story) -> Iterator[tuple[str, str]]:
    article = story.article
    named = [
        ("slugline", article.slug),
        ("headline", article.title),
        ("headline", article.short_title),
        ("headline", article.kicker),
        ("dateline", article.dateline),
        ("by", story.byline),
    ]
    return ((name, value) for name, value in named if value)


def _creator(meta: etree._Element, author: Author) -> None:
    creator = _add(meta, "creator", uri=author.url)
    _name(creator, author.name)
    if author.organisation:
        _name(_add(creator, "related", rel="crel:isEmployedBy"), author.organisation)


def _subjects(meta: etree._Element, article: Article) -> None:
    if article.genre:
        _name(_add(meta, "genre", literal="-".join(article.genre.split())), article.genre)
    for keyword in article.keywords:
        _add(meta, "keyword", keyword)
    for category in article.categories:
        uri = concept_uri(category)
        literal = None if uri else "-".join(category.term.split())
        _name(_add(meta, "subject", type="cpnat:abstract", uri=uri, literal=literal), category.label or category.term)


def _picture_item(story: Story, image: Image) -> etree._Element:
    item = _part_item(story, image.url, "ninat:picture", image.rights)
    meta = _add(item, "contentMeta")
    if image.credit:
        _add(meta, "creditline", image.credit)
    if image.caption:
        _add(meta, "description", image.caption, role="drol:caption")
    if image.alt:
        _add(meta, "description", image.alt, roleuri=_ALT)
    sides = {"width": _number(image.width), "height": _number(image.height), "size": _number(image.length)}
    _remote(item, image.url, image_type(image), **sides)
    return item


def _attachment_item(story: Story, attachment: Attachment) -> etree._Element:
    family = attachment.type.partition("/")[0]
    item = _part_item(story, attachment.url, _CLASSES.get(family, "ninat:composite"), None)
    if attachment.title:
        _add(_add(item, "contentMeta"), "headline", attachment.title)
    measures = {"size": _number(attachment.length), "duration": _number(attachment.duration)}
    _remote(item, attachment.url, attachment.type, **measures)
    return item


def _part_item(story: Story, url: str, item_class: str, rights: Rights | None) -> etree._Element:
    item = _item(_part(story, url), story.version, story.language)
    _rights(item, rights)
    _item_meta(item, story, item_class)
    return item


def _remote(item: etree._Element, url: str, media_type: str | None, **measures: str | None) -> None:
    _add(
        _add(item, "contentSet"), "remoteContent", rendition="rnd:highRes", href=url, contenttype=media_type, **measures
    )


def _part(story: Story, url: str) -> str:
    """Name a picture of this story: the same picture in another has another caption."""
    return f"{story.id}#{hashlib.sha256(url.encode()).hexdigest()[:16]}"


def _rights(item: etree._Element, rights: Rights | None) -> None:
    if rights is None:
        return
    info = _add(item, "rightsInfo", validto=atom_date(rights.expires_at) if rights.expires_at else None)
    if holder := holder_of(rights):
        _name(_add(info, "copyrightHolder"), holder)
    if rights.copyright:
        _add(info, "copyrightNotice", rights.copyright)
    if (terms := terms_of(rights)) or rights.licence_url:
        _add(info, "usageTerms", terms, href=rights.licence_url)


def _name(concept: etree._Element, name: str) -> None:
    _add(concept, "name", name)


def _number(value: float | None) -> str | None:
    return None if value is None else f"{value:.0f}"


def _add(parent: etree._Element, name: str, text: str | None = None, /, **attributes: str | None) -> etree._Element:
    return add(parent, f"{{{NAR}}}{name}", text, **attributes)
