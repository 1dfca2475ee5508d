"""The time from a PUT to fresh feeds, with 200 feeds, at one thousand and at twenty thousand stored articles."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from http.client import HTTPConnection
from pathlib import Path

from scripts.measuring import papers, stories
from scripts.measuring.processes import MeasuringError, free_port, service
from scripts.measuring.results import Result, interleaved
from syndicate.parse.record import read_record
from syndicate.policy.selection import Matcher, facts

FEEDS = 200
FEW, MANY = 1_000, 20_000
FORMATS = ("rss", "atom", "json")
# An article as the others; each round puts a new one like it.
_PATTERN = 7
_ROUNDS = 10**6


@dataclass(frozen=True)
class Paper:
    """A running paper, and the feeds that take the article of a round."""

    port: int
    token: str
    slugs: tuple[str, ...]

    def round(self, numbers: Iterator[int], *, formats: tuple[str, ...] = FORMATS) -> float:
        """Put an article; return the milliseconds until every document that takes it shows it."""
        number = next(numbers)
        title = f"Fresh story {number}"
        record = stories.record(_PATTERN) | {"id": f"tag:measure.example,2026:{number}", "title": title}
        # The newest of its feeds, whatever else they hold.
        record |= {"published_at": _later(number), "updated_at": _later(number)}
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        began = time.perf_counter()
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        _ask(connection, "PUT", f"/api/v1/articles/{stories.quoted_id(number)}", json.dumps(record).encode(), headers)
        for slug in self.slugs:
            for name in formats:
                if title.encode() not in _ask(connection, "GET", f"/feeds/{slug}.{name}"):
                    raise MeasuringError(f"/feeds/{slug}.{name} is older than the answer to the PUT")
        took = time.perf_counter() - began
        connection.close()
        return took * 1_000


def measure(folder: Path, pairs: int) -> Iterator[Result]:
    """Yield the time with many articles stored beside the time with few: 1 means flat."""
    numbers = iter(range(_ROUNDS, 2 * _ROUNDS))
    with ExitStack() as stack:
        few, many = (_paper(stack, folder / f"stored-{stored}", stored) for stored in (FEW, MANY))
        for paper in (few, many):
            paper.round(numbers)
        for formats in (FORMATS, FORMATS[:1]):
            sides = [partial(paper.round, numbers, formats=formats) for paper in (many, few)]
            documents = len(few.slugs) * len(formats)
            what = f"PUT to {documents} fresh documents of {len(few.slugs)} feeds of {FEEDS}"
            ours, beside = interleaved(pairs, *sides)
            yield Result(f"{what}, {MANY:,} stored", "ms", ours, f"{FEW:,} stored", beside)


def _paper(stack: ExitStack, folder: Path, stored: int) -> Paper:
    port = free_port()
    files = stories.feed_files(FEEDS)
    papers.configure(folder, port=port, feeds=files)
    token = papers.fill(folder, range(stored))
    stack.enter_context(service(folder, port))
    return Paper(port, token, _taking(folder))


def _taking(folder: Path) -> tuple[str, ...]:
    """Return the feeds whose selection takes the article that every round puts."""
    declarations = papers.loaded(folder).declarations
    article = read_record(stories.record(_PATTERN)).article
    seen = facts(article, publisher_name=declarations.publisher.title)
    now = papers.now()
    return tuple(feed.slug for feed in declarations.feeds if Matcher(feed.select).matches_facts(seen, now=now))


def _later(number: int) -> str:
    seconds = number - _ROUNDS
    return f"2026-02-{1 + seconds // 86_400:02}T{seconds // 3_600 % 24:02}:{seconds // 60 % 60:02}:{seconds % 60:02}Z"


def _ask(
    connection: HTTPConnection, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
) -> bytes:
    connection.request(method, path, body, headers or {})
    answer = connection.getresponse()
    content = answer.read()
    if answer.status not in (200, 201):
        raise MeasuringError(f"{method} {path} was answered with {answer.status}: {content[:200]!r}")
    return content
