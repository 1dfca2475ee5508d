"""The rules that any reader's feed is held against, over its outline."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

from syndicate.model.finding import Finding
from syndicate.parse.dates import read_date
from syndicate.parse.lint.outline import Complaint, File, Item, Outline, Written

_DAY, _MONTH = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)", "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_ZONE = r"(?:[+-]\d{4}|GMT|UT|UTC|[ECMP][SD]T|Z)"
# RSS 2.0 dates are those of RFC 822 with years of four digits; Atom's and JSON Feed's those of RFC 3339.
RFC_822 = re.compile(rf"(?:{_DAY}, )?\d{{1,2}} {_MONTH} \d{{4}} \d\d:\d\d(?::\d\d)? {_ZONE}")
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)")
_ABSOLUTE = re.compile(r"(?i)https?://[^/\s]+")
_MARKUP = re.compile(r"</?[a-zA-Z][^<>]*>|&(?:amp|lt|gt|quot|nbsp|#\d+);")
_TYPE = re.compile(r"[a-z0-9.+-]+/[a-z0-9.+-]+", re.IGNORECASE)
# Clocks differ; what readers hide is the story from next week.
_LEEWAY = timedelta(minutes=10)


def judge_outline(feed: Outline, *, now: datetime) -> Iterator[Complaint]:
    """Complain of what is missing, malformed or ambiguous in a feed."""
    for name in feed.missing:
        yield _of_feed("element_missing", name, "is required and missing", refuses=True)
    for date in feed.dates:
        yield from _judge_date(None, date, feed.format, now=now)
    counts = Counter(item.id for item in feed.items if item.id)
    for name, count in counts.items():
        if count > 1:
            yield Complaint(name, Finding("id_repeated", "id", f"stands {count} times; readers keep one", refuses=True))
    for item in feed.items:
        yield from _judge_item(item, feed.format, now=now)


def _judge_item(item: Item, format_name: str, *, now: datetime) -> Iterator[Complaint]:
    yield from _judge_id(item, format_name)
    yield from _judge_text(item, format_name)
    if not item.dates:
        reason = "is missing: readers show the time at which they saw the story"
        yield _of(item, "date_missing", "date", reason, refuses=format_name == "atom")
    for date in item.dates:
        yield from _judge_date(item.name, date, format_name, now=now)
    for address in item.addresses:
        if not _ABSOLUTE.match(address.text):
            yield _of(item, "address_relative", address.path, "is not an absolute web address", refuses=True)
    if format_name == "rss" and len(item.files) > 1:
        yield _of(item, "enclosures", "enclosure", "stands more than once; readers keep one of them", refuses=False)
    for file in item.files:
        yield from _judge_file(item, file, format_name)


def _judge_text(item: Item, format_name: str) -> Iterator[Complaint]:
    if item.title is None and (format_name == "atom" or not item.has_text):
        yield _of(item, "title_missing", "title", "is missing", refuses=format_name != "json")
    if item.title and _MARKUP.search(item.title):
        yield _of(item, "title_markup", "title", "has HTML in it, which readers show as it is", refuses=False)
    if not item.has_text:
        yield _of(item, "text_missing", "content", "is missing: there is no text", refuses=format_name == "json")


def _judge_id(item: Item, format_name: str) -> Iterator[Complaint]:
    if item.id is None:
        reason = "is missing: a corrected story appears as a second one"
        yield _of(item, "id_missing", "guid" if format_name == "rss" else "id", reason, refuses=True)
    elif item.claims_address and not _ABSOLUTE.match(item.id):
        yield _of(item, "guid_not_address", "guid", 'is no address; say isPermaLink="false"', refuses=False)


def _judge_date(entry: str | None, date: Written, format_name: str, *, now: datetime) -> Iterator[Complaint]:
    plain = format_name == "rss" and ":" not in date.path and date.path not in ("updated", "published")
    grammar, name = (RFC_822, "RFC 822") if plain else (RFC_3339, "RFC 3339")
    found = read_date(date.text)
    if found is None:
        yield Complaint(entry, Finding("date_unreadable", date.path, "is no date that can be read", refuses=True))
    elif not grammar.fullmatch(date.text):
        reason = f"is not written as {name} asks, with its zone; some readers take it for now"
        yield Complaint(entry, Finding("date_format", date.path, reason, refuses=True))
    elif found > now + _LEEWAY:
        reason = "lies ahead; readers hide it, or show it on top for as long"
        yield Complaint(entry, Finding("date_ahead", date.path, reason, refuses=True))


def _judge_file(item: Item, file: File, format_name: str) -> Iterator[Complaint]:
    path = "attachments" if format_name == "json" else "enclosure"
    if not file.url:
        yield _of(item, "enclosure_address", path, "has no address", refuses=True)
    if format_name != "atom" and not (file.type and _TYPE.fullmatch(file.type)):
        yield _of(item, "enclosure_type", path, "has no media type", refuses=True)
    if file.length is None and format_name == "rss":
        yield _of(item, "enclosure_length", path, 'has no length; say "0" where it is not known', refuses=False)
    elif file.length is not None and not file.length.isdigit():
        yield _of(item, "enclosure_length", path, "has a length that is no number of bytes", refuses=True)


def _of(item: Item, code: str, path: str, reason: str, *, refuses: bool) -> Complaint:
    return Complaint(item.name, Finding(code, path, reason, refuses))


def _of_feed(code: str, path: str, reason: str, *, refuses: bool) -> Complaint:
    return Complaint(None, Finding(code, path, reason, refuses))
