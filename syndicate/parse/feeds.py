"""Feeds of any format read into articles, entry by entry."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from syndicate.errors import InvalidRecordError, UnreadableDocumentError
from syndicate.parse import json_feed
from syndicate.parse.entries import Draft, to_entry
from syndicate.parse.feed_head import FeedHead
from syndicate.parse.links import web_address
from syndicate.parse.parsed import ParsedEntry, ParsedFeed, Problem
from syndicate.parse.strict_json import read_json
from syndicate.parse.xml_feed import open_xml_feed

T = TypeVar("T")


def read_feed(data: bytes, *, address: str, content_type: str | None) -> ParsedFeed:
    """Read RSS, Atom or JSON Feed from `address`; every entry names the feed as its source unless it names another.

    An entry that cannot be read is a problem and costs none of the others.
    Raises UnreadableDocumentError or InvalidJSONError where there is no feed at all.
    """
    if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":
        return feed_of_json(read_json(data), address=address)
    head, entries, read = open_xml_feed(data, address=address, content_type=content_type)
    return _feed(head, entries, read)


def feed_of_json(value: object, *, address: str) -> ParsedFeed:
    """Read a JSON Feed; raises UnreadableDocumentError for other JSON."""
    if not isinstance(value, dict) or not json_feed.is_json_feed(value):
        raise UnreadableDocumentError("the document is JSON, but no JSON Feed")
    head = json_feed.read_head(value, web_address(address))
    items = [item if isinstance(item, dict) else {} for item in value["items"]]
    return _feed(head, items, json_feed.read_item)


def _feed(head: FeedHead, parts: Sequence[T], read: Callable[[T, FeedHead], Draft]) -> ParsedFeed:
    entries: list[ParsedEntry] = []
    problems: list[Problem] = []
    for position, part in enumerate(parts, start=1):
        draft = read(part, head)
        try:
            entries.append(to_entry(draft))
        except InvalidRecordError as error:
            reason = "; ".join(map(str, error.violations)) or error.message
            problems.append(Problem(position, draft.record.get("title"), reason))
    feed = ParsedFeed(head.title, head.url, head.feed_url, head.language, tuple(entries))
    return replace(feed, problems=tuple(problems))
