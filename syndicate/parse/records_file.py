"""Files of article records: one object, a list, an object with `items`, or one object a line (.ndjson)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from syndicate.errors import InvalidError, InvalidJSONError
from syndicate.parse.parsed import ParsedEntry, Problem
from syndicate.parse.record import read_record
from syndicate.parse.strict_json import read_json


def read_records(data: bytes, name: str) -> Iterator[ParsedEntry | Problem]:
    """Yield each record of a file, or the problem with it; `name` tells .ndjson from .json where both would do.

    Raises InvalidJSONError where a file that is one JSON value cannot be read at all.
    """
    for position, (value, problem) in enumerate(_values(data, name), start=1):
        yield Problem(position, None, problem) if problem else read_value(value, position)


def read_value(value: Any, position: int) -> ParsedEntry | Problem:
    """Read one record of a document."""
    try:
        record = read_record(value)
    except InvalidError as error:
        title = value.get("title") if isinstance(value, dict) else None
        reason = "; ".join(map(str, error.violations)) or error.message
        return Problem(position, title if isinstance(title, str) else None, reason)
    return ParsedEntry(record.article, record.changes)


def values_in(document: Any) -> list[Any]:
    """Return the records of one JSON value: those of a list or of `items`, else the value itself."""
    if isinstance(document, list):
        return document
    items = document.get("items") if isinstance(document, dict) and "title" not in document else None
    return items if isinstance(items, list) else [document]


def _values(data: bytes, name: str) -> Iterator[tuple[Any, str]]:
    if not is_ndjson(data, name):
        yield from ((value, "") for value in values_in(read_json(data)))
        return
    for line in data.removeprefix(b"\xef\xbb\xbf").splitlines():
        if line.strip():
            yield _line(line)


def is_ndjson(data: bytes, name: str) -> bool:
    """Tell lines of JSON from one value: by the name, else by a first line that is an object of its own."""
    if name.lower().partition("?")[0].endswith((".ndjson", ".jsonl")):
        return True
    first, _, rest = data.strip().partition(b"\n")
    return first.rstrip().endswith(b"}") and rest.lstrip().startswith(b"{")


def _line(line: bytes) -> tuple[Any, str]:
    try:
        return read_json(line), ""
    except InvalidJSONError as error:
        return None, error.message
