"""NITF 3.6: head with what editors need, body in NITF's own tags."""

from __future__ import annotations

from datetime import UTC, datetime

from lxml import etree

from syndicate.model.article import Article, Attachment, Rights
from syndicate.render.formats.markup import rooted, written
from syndicate.render.formats.nitf_body import NITFBody, add_nitf, add_picture
from syndicate.render.formats.story import Story, Withdrawal
from syndicate.render.formats.terms import concept_uri, holder_of, note_of, terms_of, year_of
from syndicate.render.markup import parse_fragment
from syndicate.render.namespaces import NITF

_VERSION = "-//IPTC//DTD NITF 3.6//EN"


def write_nitf(story: Story) -> bytes:
    root = _root(story.article.title, story.language)
    docdata = _docdata(root[0], story, "usable")
    _say_when(docdata, story)
    _say_what(docdata, story)
    _rights(docdata, story.article.rights)
    body = add_nitf(root, "body")
    _body_head(add_nitf(body, "body.head"), story)
    _body_content(add_nitf(body, "body.content"), story)
    return written(root)


def write_nitf_withdrawal(withdrawal: Withdrawal) -> bytes:
    """Write the same document, canceled: its head and the public note."""
    note = withdrawal.public_note
    root = _root("Withdrawn", withdrawal.publisher.language)
    docdata = _docdata(root[0], withdrawal, "canceled")
    if note:
        add_nitf(docdata, "ed-msg", info=note)
    body = add_nitf(root, "body")
    add_nitf(add_nitf(add_nitf(body, "body.head"), "hedline"), "hl1", "Withdrawn")
    content = add_nitf(body, "body.content")
    if note:
        add_nitf(content, "p", note)
    return written(root)


def _root(title: str, language: str) -> etree._Element:
    root = rooted(NITF, "nitf", version=_VERSION, baselang=language)
    add_nitf(add_nitf(root, "head"), "title", title)
    return root


def _docdata(head: etree._Element, of: Story | Withdrawal, status: str) -> etree._Element:
    add_nitf(head, "tobject", **{"tobject.type": "news"})
    docdata = add_nitf(head, "docdata", **{"management-status": status})
    add_nitf(docdata, "doc-id", **{"regsrc": of.publisher.title, "id-string": of.id})
    add_nitf(docdata, "du-key", version=str(of.version))
    add_nitf(docdata, "date.issue", norm=_date(of.at))
    if of.url:
        add_nitf(head, "pubdata", **{"type": "web", "name": of.publisher.title, "ex-ref": of.url})
    return docdata


def _say_when(docdata: etree._Element, story: Story) -> None:
    article = story.article
    add_nitf(docdata, "date.release", norm=_date(story.entry.published_at))
    if article.expires_at:
        add_nitf(docdata, "date.expire", norm=_date(article.expires_at))
    if article.urgency:
        add_nitf(docdata, "urgency", **{"ed-urg": str(article.urgency)})
    if article.editor_note:
        add_nitf(docdata, "ed-msg", info=article.editor_note)
    for correction in article.corrections:
        add_nitf(docdata, "correction", **{"info": note_of(correction), "id-string": story.id})


def _say_what(docdata: etree._Element, story: Story) -> None:
    article = story.article
    if article.keywords:
        words = add_nitf(docdata, "key-list")
        for keyword in article.keywords:
            add_nitf(words, "keyword", key=keyword)
    content = add_nitf(docdata, "identified-content")
    if article.genre:
        add_nitf(content, "classifier", article.genre, type="genre")
    for category in article.categories:
        label = category.label or category.term
        add_nitf(content, "classifier", label, type="subject", idsrc=category.scheme, value=_code(category.term))
        if uri := concept_uri(category):
            add_nitf(content[-1], "alt-code", idsrc=category.scheme, value=uri)


def _code(term: str) -> str:
    return "-".join(term.split())


def _rights(docdata: etree._Element, rights: Rights | None) -> None:
    if rights is None:
        return
    if rights.copyright:
        add_nitf(docdata, "doc.copyright", year=year_of(rights), holder=holder_of(rights))
    terms = "; ".join(filter(None, [rights.copyright, terms_of(rights), rights.licence_url]))
    end = _date(rights.expires_at) if rights.expires_at else None
    where = ", ".join(rights.territories or ()) or None
    if terms or end:
        add_nitf(
            docdata, "doc.rights", owner=holder_of(rights), enddate=end, geography=where, limitations=terms or None
        )


def _body_head(head: etree._Element, story: Story) -> None:
    article = story.article
    headline = add_nitf(head, "hedline")
    add_nitf(headline, "hl1", article.title)
    for second in filter(None, (article.short_title, article.kicker)):
        add_nitf(headline, "hl2", second)
    add_nitf(head, "byline", story.byline)
    if story.sources:
        add_nitf(head, "distributor", story.sources[0].name)
    if article.dateline:
        add_nitf(add_nitf(head, "dateline"), "location", article.dateline)
    if article.summary:
        add_nitf(add_nitf(head, "abstract"), "p", article.summary)


def _body_content(content: etree._Element, story: Story) -> None:
    article = story.article
    pictures = {image.url: image for image in article.images}
    body = NITFBody(pictures, set())
    body.fill(content, parse_fragment(story.body_html))
    for image in article.images:
        if image.url not in body.placed:
            add_picture(content, image)
    for attachment in article.attachments:
        _attachment(content, attachment)
    _related(content, article)


def _attachment(content: etree._Element, attachment: Attachment) -> None:
    family = attachment.type.partition("/")[0]
    kind = family if family in ("audio", "video", "image") else "other"
    media = add_nitf(content, "media", **{"media-type": kind})
    seconds = None if attachment.duration is None else f"{attachment.duration:.0f}"
    unit = None if seconds is None else "seconds"
    named = {"mime-type": attachment.type, "time": seconds, "time-unit-of-measure": unit}
    add_nitf(media, "media-reference", source=attachment.url, **named)
    if attachment.title:
        add_nitf(add_nitf(media, "media-caption"), "p", attachment.title)


def _related(content: etree._Element, article: Article) -> None:
    for story in article.related:
        add_nitf(add_nitf(content, "p"), "a", story.title, href=story.url, rel="related")


def _date(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y%m%dT%H%M%SZ}"
