"""Documents read in the sandbox: the job, and the call that has it done."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any, Protocol

from syndicate.errors import Violation
from syndicate.model.article import Article
from syndicate.parse.documents import read_document as parse_document
from syndicate.parse.parsed import ParsedEntry, ParsedFeed, Problem


class Runner(Protocol):
    """What does jobs: the sandbox, or in tests the same process."""

    async def run(self, job: str, data: bytes, **options: Any) -> bytes: ...


def perform(data: bytes, options: Mapping[str, Any]) -> bytes:
    """Read a document and write what was found as lines of JSON; options: `address`, `content_type`."""
    feed = parse_document(data, address=options["address"], content_type=options["content_type"])
    head = [feed.title, feed.url, feed.feed_url, feed.language]
    problems = [[problem.position, problem.title, problem.reason] for problem in feed.problems]
    lines = [json.dumps([head, problems])]
    for entry in feed.entries:
        lines += [json.dumps(_pairs(entry.changes)), entry.article.model_dump_json(by_alias=True, exclude_none=True)]
    return "\n".join(lines).encode()


def _pairs(changes: tuple[Violation, ...]) -> list[list[str]]:
    return [[change.path, change.reason] for change in changes]


async def read_document(sandbox: Runner, data: bytes, *, address: str, content_type: str | None) -> ParsedFeed:
    """Read a document of any kind in the sandbox; raises what `parse.documents.read_document` raises."""
    answer = await sandbox.run("document", data, address=address, content_type=content_type)
    # Thousands of articles take their time to check, which the event loop does not have.
    return await asyncio.to_thread(_read_answer, answer)


def _read_answer(answer: bytes) -> ParsedFeed:
    # Line by line: one JSON text of all would be read in one go, with the event loop waiting.
    first, *lines = answer.split(b"\n")
    (title, url, feed_url, language), problems = json.loads(first)
    entries = tuple(
        ParsedEntry(Article.model_validate_json(article), _changes(json.loads(changes)))
        for changes, article in zip(lines[::2], lines[1::2], strict=True)
    )
    return ParsedFeed(title, url, feed_url, language, entries, tuple(Problem(*problem) for problem in problems))


def _changes(pairs: list[list[str]]) -> tuple[Violation, ...]:
    return tuple(Violation(path, reason) for path, reason in pairs)
