"""Documents of any kind we import, told apart by looking at them."""

from __future__ import annotations

from collections.abc import Iterable

from syndicate.errors import UnreadableDocumentError
from syndicate.parse.feeds import feed_of_json, is_feed_json, read_feed
from syndicate.parse.parsed import ParsedEntry, ParsedFeed, Problem
from syndicate.parse.records_file import is_ndjson, read_records, read_value, values_in
from syndicate.parse.strict_json import read_json

_LEADING = b"\xef\xbb\xbf \t\r\n"


def read_document(data: bytes, *, address: str, content_type: str | None) -> ParsedFeed:
    """Read RSS, Atom, JSON Feed, RSS in JSON, or article records from `address` (a URL or a file's name).

    Raises UnreadableDocumentError or InvalidJSONError where nothing of it can be read.
    """
    start = data[:1_000].lstrip(_LEADING)[:1]
    if not start:
        raise UnreadableDocumentError("the document is empty")
    if start not in (b"{", b"["):
        return read_feed(data, address=address, content_type=content_type)
    if is_ndjson(data, address):
        return _records(read_records(data, address))
    value = read_json(data)
    if is_feed_json(value):
        return feed_of_json(value, address=address)
    return _records(read_value(each, position) for position, each in enumerate(values_in(value), start=1))


def _records(found: Iterable[ParsedEntry | Problem]) -> ParsedFeed:
    results = list(found)
    entries = tuple(each for each in results if isinstance(each, ParsedEntry))
    problems = tuple(each for each in results if isinstance(each, Problem))
    return ParsedFeed(None, None, None, None, entries, problems)
