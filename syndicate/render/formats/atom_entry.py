"""An Atom entry (RFC 4287) that stands alone, and its tombstone (RFC 6721)."""

from __future__ import annotations

from collections.abc import Mapping

from lxml import etree

from syndicate.model.article import Article
from syndicate.model.delivery import EventType
from syndicate.model.entry import Tombstone
from syndicate.render.attribution import authors_of, original_url, rights_statement
from syndicate.render.body import summary_of
from syndicate.render.elements import add, atom_date
from syndicate.render.enclosures import enclosures_of
from syndicate.render.formats.markup import rooted, written
from syndicate.render.formats.story import Story, Withdrawal
from syndicate.render.formats.terms import note_of
from syndicate.render.history import add_tombstone
from syndicate.render.media_rss import add_media
from syndicate.render.namespaces import ATOM, DCTERMS, MEDIA, NAR, TOMBSTONES, XML

_PREFIXES = {"dcterms": DCTERMS, "media": MEDIA, "nar": NAR}


def write_atom_entry(story: Story) -> bytes:
    return written(atom_entry(story))


def atom_entry(story: Story) -> etree._Element:
    """Return the entry; pictures that the partner keeps are told of where it keeps them."""
    entry = rooted(ATOM, "entry", _PREFIXES)
    entry.set(f"{{{XML}}}lang", story.language)
    _head(entry, story)
    _links(entry, story)
    _subjects(entry, story.article)
    if rights := rights_statement(story.article.rights):
        _add(entry, "rights", rights)
    _add(entry, "summary", summary_of(story.article))
    _add(entry, "content", story.body_html, type="html")
    _desk(entry, story)
    add_media(entry, story.article)
    _move_pictures(entry, story.addresses)
    return entry


def write_atom_withdrawal(withdrawal: Withdrawal) -> bytes:
    whole = etree.Element("none", nsmap={"at": TOMBSTONES})
    add_tombstone(whole, Tombstone(withdrawal.id, withdrawal.at, withdrawal.public_note))
    deleted = whole[0]
    whole.remove(deleted)
    return written(deleted)


def _head(entry: etree._Element, story: Story) -> None:
    _add(entry, "id", story.id)
    _add(entry, "title", story.article.title)
    # A new version is a significant change (section 4.2.15), and the version before may have had the same time of edit.
    _add(entry, "updated", atom_date(max(story.entry.updated_at, story.at)))
    _add(entry, "published", atom_date(story.entry.published_at))
    for author in authors_of(story.entry, story.publisher):
        person = _add(entry, "author")
        _add(person, "name", author.name)
        for name, value in (("uri", author.url), ("email", author.email)):
            if value:
                _add(person, name, value)


def _links(entry: etree._Element, story: Story) -> None:
    article = story.article
    _add(entry, "link", rel="alternate", href=story.url, type="text/html")
    if via := original_url(article):
        _add(
            entry, "link", rel="via", href=via, type="text/html", title=article.source.name if article.source else None
        )
    for file in enclosures_of(article):
        length = None if file.length is None else str(file.length)
        _add(entry, "link", rel="enclosure", href=file.url, type=file.type, length=length, title=file.title)
    for related in article.related:
        _add(entry, "link", rel="related", href=related.url, type="text/html", title=related.title)
    if article.rights and article.rights.licence_url:
        _add(entry, "link", rel="license", href=article.rights.licence_url)


def _subjects(entry: etree._Element, article: Article) -> None:
    for category in article.categories:
        _add(entry, "category", term=category.term, scheme=category.scheme, label=category.label)
    said = {category.term for category in article.categories}
    for keyword in article.keywords:
        if keyword not in said:
            _add(entry, "category", term=keyword)


def _desk(entry: etree._Element, story: Story) -> None:
    """Write what Atom has no element for under the names of NewsML-G2, for the partner's desk."""
    article = story.article
    named = {
        "by": article.byline,
        "dateline": article.dateline,
        "genre": article.genre,
        "urgency": str(article.urgency) if article.urgency else None,
        "edNote": article.editor_note,
    }
    for name, value in named.items():
        if value:
            add(entry, f"{{{NAR}}}{name}", value)
    for correction in article.corrections:
        add(entry, f"{{{NAR}}}edNote", note_of(correction))
    if story.type is EventType.CORRECTED:
        add(entry, f"{{{NAR}}}signal", qcode="sig:correction")
    if article.short_title:
        add(entry, f"{{{DCTERMS}}}alternative", article.short_title)
    if article.expires_at:
        add(entry, f"{{{DCTERMS}}}valid", f"end={atom_date(article.expires_at)}; scheme=W3C-DTF")


def _move_pictures(entry: etree._Element, addresses: Mapping[str, str]) -> None:
    for element in entry.iter(etree.Element):
        for name in ("href", "url"):
            if (address := element.get(name)) in addresses:
                element.set(name, addresses[str(address)])


def _add(parent: etree._Element, name: str, text: str | None = None, /, **attributes: str | None) -> etree._Element:
    return add(parent, f"{{{ATOM}}}{name}", text, **attributes)
