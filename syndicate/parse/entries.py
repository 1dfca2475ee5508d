"""Entries of any feed made into articles: what is usable stays, what is not is left out and named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from pydantic import ValidationError

from syndicate.errors import InvalidError, InvalidRecordError, Violation
from syndicate.model.article import MAX_IMAGES, Article
from syndicate.parse.figures import pictures_in, with_bare_markers
from syndicate.parse.html import sanitise
from syndicate.parse.parsed import ParsedEntry
from syndicate.parse.pictures import Picture, merge, same_picture_key
from syndicate.parse.plain import headline, plain_text
from syndicate.parse.record import violations

Record = dict[str, Any]
_ATTEMPTS = 5


@dataclass(frozen=True)
class Draft:
    """What a feed said of one story: an unchecked record, its HTML as it came, and its pictures."""

    record: Record
    html: str | None
    pictures: Sequence[Picture]
    base_url: str | None


def to_entry(draft: Draft) -> ParsedEntry:
    """Make an article without the values that break a rule; raises InvalidRecordError where no title is left."""
    changes: list[Violation] = []
    record = {key: value for key, value in draft.record.items() if value not in (None, [], "")}
    body = _body(draft, changes)
    pictures = merge((*draft.pictures, *pictures_in(draft.html or "", draft.base_url)))[:MAX_IMAGES]
    if body:
        record["body_html"] = _marked(body, pictures)
    if pictures:
        record["images"] = [picture.record() for picture in pictures]
    _title(record, changes)
    return ParsedEntry(_salvaged(record, changes), tuple(changes))


def _body(draft: Draft, changes: list[Violation]) -> str | None:
    if not draft.html or not draft.html.strip():
        return None
    try:
        body = sanitise(draft.html, base_url=draft.base_url)
    except InvalidError as error:
        changes.append(Violation("body_html", f"left out: {error.message}"))
        return None
    changes += [Violation("body_html", change) for change in body.changes]
    return body.html.strip()


def _marked(body: str, pictures: Sequence[Picture]) -> str:
    """Name every picture in the body by the address it has in the record."""
    chosen = {same_picture_key(picture.url): picture.url for picture in pictures}
    for shown in pictures_in(body, None):
        url = chosen.get(same_picture_key(shown.url), shown.url)
        if url != shown.url:
            body = body.replace(f'<img src="{escape(shown.url)}"', f'<img src="{escape(url)}"')
    return with_bare_markers(body, {escape(picture.url) for picture in pictures})


def _title(record: Record, changes: list[Violation]) -> None:
    if record.get("title"):
        return
    if title := headline(record.get("summary") or plain_text(record.get("body_html", ""))):
        record["title"] = title
        changes.append(Violation("title", "is missing; made from the first words"))


def _salvaged(record: Record, changes: list[Violation]) -> Article:
    for _ in range(_ATTEMPTS):
        try:
            return Article.model_validate(record)
        except ValidationError as error:
            found = violations(error)
            if any(violation.path in ("", "title") for violation in found):
                raise InvalidRecordError("the entry cannot be read", found) from None
            changes += [Violation(violation.path, f"left out: {violation.reason}") for violation in found]
            _leave_out(record, {tuple(violation.path.split(".")[:2]) for violation in found})
    raise InvalidRecordError("the entry cannot be read", [Violation("", "has too many values that break a rule")])


def _leave_out(record: Record, places: set[tuple[str, ...]]) -> None:
    for key, *place in sorted(places, key=_from_the_end):
        values = record.get(key)
        if isinstance(values, list) and place and place[0].isdecimal() and int(place[0]) < len(values):
            del values[int(place[0])]
        else:
            record.pop(key, None)


def _from_the_end(place: tuple[str, ...]) -> int:
    return -int(place[1]) if len(place) > 1 and place[1].isdecimal() else 0
