"""Lint one document: its bytes, its outline, its stories as articles, and a dialect's limits."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from syndicate.errors import InvalidError
from syndicate.model.declarations import Dialect
from syndicate.model.finding import Finding
from syndicate.parse.feeds import read_feed
from syndicate.parse.lint.json_outline import outline_json
from syndicate.parse.lint.outline import Complaint, Outline
from syndicate.parse.lint.rules import judge_outline
from syndicate.parse.lint.xml_outline import outline_xml
from syndicate.parse.parsed import ParsedFeed
from syndicate.parse.strict_json import read_json
from syndicate.parse.xml_tree import read_xml
from syndicate.policy.gates.table import judge

_XML_TYPES = ("application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/xml", "text/xml")
_JSON_TYPES = ("application/feed+json", "application/json")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9._\-]+)", re.IGNORECASE)
_DECLARED = re.compile(rb"^<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._\-]+)")


@dataclass(frozen=True)
class Linted:
    """What was found in a document, and the dates under which it names each story, by id."""

    complaints: tuple[Complaint, ...]
    dates: dict[str, tuple[str, ...]]


def lint_document(data: bytes, *, address: str, content_type: str | None, dialect: Dialect, now: datetime) -> Linted:
    """Say what readers, and the partner of a dialect, would not take of a document."""
    stripped = data.lstrip(b"\xef\xbb\xbf \t\r\n")
    is_json = stripped[:1] == b"{"
    found = list(_judge_bytes(data, stripped, content_type, is_json=is_json))
    try:
        outline = _outline(data, content_type, is_json=is_json)
        feed = read_feed(data, address=address, content_type=content_type)
    except InvalidError as error:
        return Linted((*found, _complaint("unreadable", "document", error.message)), {})
    if outline is None:
        return Linted((*found, _complaint("unreadable", "document", "is no feed")), {})
    found += judge_outline(outline, now=now)
    found += _judge_self(outline, address)
    found += _judge_stories(feed, dialect, now=now)
    dates = {item.id: tuple(date.text for date in item.dates) for item in outline.items if item.id}
    return Linted(tuple(found), dates)


def _outline(data: bytes, content_type: str | None, *, is_json: bool) -> Outline | None:
    if not is_json:
        return outline_xml(read_xml(data, content_type))
    value = read_json(data)
    return outline_json(value) if isinstance(value, dict) else None


def _judge_bytes(data: bytes, stripped: bytes, content_type: str | None, *, is_json: bool) -> Iterator[Complaint]:
    if not is_json and data.removeprefix(b"\xef\xbb\xbf") != stripped:
        yield _complaint("leading_space", "document", "begins with white space, which XML forbids")
    if not is_json:
        yield from _judge_syntax(stripped)
    declared = _DECLARED.search(stripped)
    encoding = declared[1].decode("ascii") if declared else "utf-8"
    named = _CHARSET.search(content_type or "")
    if encoding.lower() not in ("utf-8", "us-ascii"):
        reason = f"is {encoding}; some partners read UTF-8 only"
        yield _complaint("encoding", "document", reason, refuses=False)
    if named and named[1].lower() != encoding.lower():
        yield _complaint("charset_differs", "Content-Type", f"says {named[1]}, the document {encoding}")
    yield from _judge_type(content_type, _JSON_TYPES if is_json else _XML_TYPES)


def _judge_syntax(data: bytes) -> Iterator[Complaint]:
    parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False)
    try:
        etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        reason = f"is not well-formed in line {error.lineno}: {error.msg}"
        yield _complaint("not_well_formed", "document", reason)


def _judge_type(content_type: str | None, allowed: tuple[str, ...]) -> Iterator[Complaint]:
    if content_type is None:
        return
    name = content_type.partition(";")[0].strip().lower()
    if name not in allowed:
        yield _complaint("media_type", "Content-Type", f"is {name or 'empty'}; readers look for {allowed[0]}")


def _judge_self(outline: Outline, address: str) -> Iterator[Complaint]:
    if not address.lower().startswith(("http://", "https://")):
        return
    if outline.self_address is None:
        yield _complaint("self_missing", "link rel=self", "is missing; hubs and readers ask for it", refuses=False)
    elif outline.self_address != address:
        reason = "is another address than the one it was read at"
        yield _complaint("self_differs", "link rel=self", reason, refuses=False)


def _judge_stories(feed: ParsedFeed, dialect: Dialect, *, now: datetime) -> Iterator[Complaint]:
    for problem in feed.problems:
        yield Complaint(f"item {problem.position}", Finding("story_unreadable", "item", problem.reason, refuses=True))
    for story in feed.entries:
        for change in story.changes:
            yield Complaint(story.article.id, Finding("html_unsafe", change.path, change.reason, refuses=False))
        for finding in judge(story.article, dialect, language=feed.language, now=now):
            yield Complaint(story.article.id, finding)


def _complaint(code: str, path: str, reason: str, *, refuses: bool = True) -> Complaint:
    return Complaint(None, Finding(code, path, reason, refuses))
