"""ninjs 3.1, and 2.1 by its other names (IPTC; the schemas know no further keys)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from pydantic_core import to_json

from syndicate.model.article import Article, Attachment, Category, Image, Rights
from syndicate.render.elements import atom_date
from syndicate.render.enclosures import image_type
from syndicate.render.formats.markup import lines_of
from syndicate.render.formats.story import Story, Withdrawal
from syndicate.render.formats.terms import concept_uri, holder_of, note_of, terms_of

Members = dict[str, Any]
_TYPES = {"audio": "audio", "video": "video", "image": "picture"}
# Members of 3.1 that 2.1 does not know: a rendition's point of interest, what an association is to the story.
_NEW = frozenset({"poi"})
_OLD_NAMES = {"embargoedUntil": "embargoed"}


def write_ninjs_3(story: Story) -> bytes:
    return to_json({"standard": _standard("3.1")} | _story(story))


def write_ninjs_3_withdrawal(withdrawal: Withdrawal) -> bytes:
    return to_json({"standard": _standard("3.1")} | _withdrawal(withdrawal))


def write_ninjs_2(story: Story) -> bytes:
    return to_json({"standard": _standard("2.1")} | _as_2(_story(story)))


def write_ninjs_2_withdrawal(withdrawal: Withdrawal) -> bytes:
    return to_json({"standard": _standard("2.1")} | _as_2(_withdrawal(withdrawal)))


def _standard(version: str) -> Members:
    schema = f"http://www.iptc.org/std/ninjs/ninjs-schema_{version}.json#"
    return {"name": "ninjs", "version": version, "schema": schema}


def _as_2(value: Any) -> Any:
    """Give members the names of 2.x, which are those of 3.x in lower case."""
    if isinstance(value, list):
        return [_as_2(each) for each in value]
    if not isinstance(value, dict):
        return value
    members = {_OLD_NAMES.get(name, name.lower()): _as_2(each) for name, each in value.items() if name not in _NEW}
    if "uri" in members and "rel" in members and "type" in members:
        del members["rel"]
    return members


def _story(story: Story) -> Members:
    article, entry = story.article, story.entry
    members = {
        "uri": story.id,
        "type": "text",
        "representationType": "full" if story.profile.content == "full" else "partial",
        "version": str(story.version),
        "firstCreated": atom_date(entry.published_at),
        "contentCreated": atom_date(entry.updated_at),
        "versionCreated": atom_date(story.at),
        "embargoedUntil": atom_date(article.embargo_until) if article.embargo_until else None,
        "pubStatus": "usable",
        "urgency": article.urgency,
        "language": story.language,
        "title": article.title,
        "slugline": article.slug,
        "by": story.byline,
        "located": article.dateline,
        "edNote": _notes(story),
        "headlines": _headlines(article),
        "descriptions": _descriptions(article),
        "bodies": _bodies(story),
        "subjects": [*map(_subject, article.categories), *map(_keyword, article.keywords)],
        "genres": [{"name": article.genre}] if article.genre else [],
        "infoSources": _sources(story),
        "renditions": [{"name": "canonical", "href": story.url, "contentType": "text/html"}],
        "associations": list(_associations(story)),
    }
    return _present(members | _rights(article.rights, until=article.expires_at))


def _withdrawal(withdrawal: Withdrawal) -> Members:
    return _present(
        {
            "uri": withdrawal.id,
            "type": "text",
            "version": str(withdrawal.version),
            "versionCreated": atom_date(withdrawal.at),
            "pubStatus": "canceled",
            "edNote": withdrawal.public_note,
        }
    )


def _notes(story: Story) -> str | None:
    corrections = [note_of(each) for each in story.article.corrections]
    return "\n".join([*filter(None, [story.article.editor_note]), *corrections]) or None


def _headlines(article: Article) -> list[Members]:
    named = {"main": article.title, "short": article.short_title, "kicker": article.kicker}
    return [{"role": role, "contentType": "text/plain", "value": value} for role, value in named.items() if value]


def _descriptions(article: Article) -> list[Members]:
    summary = [_description("summary", article.summary)] if article.summary else []
    return [*summary, *(_description("correction", note_of(each)) for each in article.corrections)]


def _description(role: str, value: str) -> Members:
    return {"role": role, "contentType": "text/plain", "value": value}


def _bodies(story: Story) -> list[Members]:
    text = lines_of(story.body_html)
    counts = {"charCount": len(text), "wordCount": len(text.split())}
    html = {"role": "main", "contentType": "text/html", **counts, "value": story.body_html}
    return [html, {"role": "text", "contentType": "text/plain", **counts, "value": text}]


def _subject(category: Category) -> Members:
    return _present({"name": category.label or category.term, "uri": concept_uri(category), "literal": category.term})


def _keyword(keyword: str) -> Members:
    return {"name": keyword, "rel": "keyword", "literal": keyword}


def _sources(story: Story) -> list[Members]:
    """Name who published the story first, then through whom it came, then who wrote it."""
    first, *others = [{"name": source.name, "uri": source.url} for source in story.sources] or [{}]
    authors = [_present({"name": author.name, "uri": author.url}) for author in story.article.authors]
    named = [("source", [first] if first else []), ("distributor", others), ("author", authors)]
    return [{**each, "role": role} for role, several in named for each in several]


def _rights(rights: Rights | None, *, until: datetime | None = None) -> Members:
    """Write what may be done with it, and till when: no longer than `until`."""
    if rights is None:
        return {"expires": atom_date(until) if until else None}
    ends = [end for end in (until, rights.expires_at) if end]
    return {
        "copyrightHolder": holder_of(rights),
        "copyrightNotice": rights.copyright,
        "usageTerms": terms_of(rights),
        "rightsInfo": {"linkedRights": rights.licence_url} if rights.licence_url else None,
        "expires": atom_date(min(ends)) if ends else None,
    }


def _associations(story: Story) -> Iterable[Members]:
    article = story.article
    for number, image in enumerate(article.images):
        yield _picture(image, "featuremedia" if number == 0 else f"picture{number + 1}")
    for number, attachment in enumerate(article.attachments, start=1):
        yield _attachment(attachment, f"attachment{number}")
    for number, related in enumerate(article.related, start=1):
        members = {"name": f"related{number}", "rel": "related", "uri": related.url, "type": "text"}
        yield members | {"headlines": [_description("main", related.title)]}


def _picture(image: Image, name: str) -> Members:
    texts = {"caption": image.caption, "alt": image.alt}
    members = {
        "name": name,
        "rel": "picture",
        "uri": image.url,
        "type": "picture",
        "pubStatus": "usable",
        "by": image.credit,
        "descriptions": [_description(role, text) for role, text in texts.items() if text],
        "renditions": [_rendition(image)],
    }
    return _present(members | _rights(image.rights))


def _rendition(image: Image) -> Members:
    members = {"contentType": image_type(image), "width": image.width, "height": image.height}
    return _present({"name": "original", "href": image.url, **members, "sizeInBytes": image.length} | _poi(image))


def _poi(image: Image) -> Members:
    if image.focal_point is None or image.width is None or image.height is None:
        return {}
    x, y = image.focal_point
    return {"poi": {"x": round(x * image.width), "y": round(y * image.height)}}


def _attachment(attachment: Attachment, name: str) -> Members:
    family = attachment.type.partition("/")[0]
    rendition = {"name": "original", "href": attachment.url, "contentType": attachment.type}
    sized = {"title": attachment.title, "sizeInBytes": attachment.length, "duration": attachment.duration}
    kind = _TYPES.get(family, "component")
    members = {"name": name, "rel": "attachment", "uri": attachment.url, "type": kind, "title": attachment.title}
    return _present(members | {"renditions": [_present(rendition | sized)]})


def _present(members: Mapping[str, Any]) -> Members:
    return {name: value for name, value in members.items() if value not in (None, "", [])}
