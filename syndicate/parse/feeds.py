"""Feeds of any format read into articles, entry by entry."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from syndicate.errors import InvalidRecordError, UnreadableDocumentError
from syndicate.parse import json_feed
from syndicate.parse.entries import Draft, to_entry
from syndicate.parse.feed_head import FeedHead
from syndicate.parse.links import web_address
from syndicate.parse.parsed import ParsedEntry, ParsedFeed, Problem
from syndicate.parse.rss_json import is_rss_json, to_elements
from syndicate.parse.strict_json import read_json
from syndicate.parse.xml_feed import open_tree
from syndicate.parse.xml_tree import read_xml

T = TypeVar("T")


def read_feed(data: bytes, *, address: str, content_type: str | None) -> ParsedFeed:
    """Read RSS, Atom or JSON Feed from `address`; every entry names the feed as its source unless it names another.

    An entry that cannot be read is a problem and costs none of the others.
    Raises UnreadableDocumentError or InvalidJSONError where there is no feed at all.
    """
    if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":
        return feed_of_json(read_json(data), address=address)
    return _feed(*open_tree(read_xml(data, content_type), web_address(address)))


def is_feed_json(value: object) -> bool:
    """Tell whether JSON is a feed, rather than records."""
    return json_feed.is_json_feed(value) or is_rss_json(value)


def feed_of_json(value: Any, *, address: str) -> ParsedFeed:
    """Read a JSON Feed or RSS in JSON; raises UnreadableDocumentError for other JSON."""
    location = web_address(address)
    if is_rss_json(value):
        return _feed(*open_tree(to_elements(value), location))
    if not json_feed.is_json_feed(value):
        raise UnreadableDocumentError("the document is JSON, but no JSON Feed")
    items = [item if isinstance(item, dict) else {} for item in value["items"]]
    return _feed(json_feed.read_head(value, location), items, json_feed.read_item)


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
