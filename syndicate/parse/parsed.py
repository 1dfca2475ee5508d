"""What reading a document gives: its entries as articles, what changed in them, and what could not be read."""

from __future__ import annotations

from dataclasses import dataclass

from syndicate.errors import Violation
from syndicate.model.article import Article


@dataclass(frozen=True)
class ParsedEntry:
    """One story of a document, and what was changed or left out to make it an article."""

    article: Article
    changes: tuple[Violation, ...] = ()


@dataclass(frozen=True)
class Problem:
    """An entry that could not be read: its place in the document (from 1), its title where known, and why."""

    position: int
    title: str | None
    reason: str


@dataclass(frozen=True)
class ParsedFeed:
    """A document: `url` is the home page it belongs to, `feed_url` its own address; entries in its order."""

    title: str | None
    url: str | None
    feed_url: str | None
    language: str | None
    entries: tuple[ParsedEntry, ...]
    problems: tuple[Problem, ...] = ()
