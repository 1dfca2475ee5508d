"""What an import did, and how far it is."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from syndicate.actions.accept import Result
from syndicate.actions.sources import Unreadable
from syndicate.errors import Violation


@dataclass(frozen=True)
class Progress:
    """How far the import of one document is, in entries."""

    source: str
    done: int
    total: int


@dataclass(frozen=True)
class Refusal:
    """An entry that was not taken: its document, its place there (from 1), its title where known, and why."""

    source: str
    position: int
    title: str | None
    reason: str


@dataclass(frozen=True)
class Note:
    """An entry that was taken, with what was changed in it."""

    source: str
    position: int
    title: str
    changes: tuple[Violation, ...]


@dataclass
class Imported:
    """Entries by result, and everything that did not go in as it came; refusals and notes in document order."""

    results: Counter[Result] = field(default_factory=Counter)
    refused: list[Refusal] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)

    @property
    def new(self) -> int:
        return self.results[Result.CREATED]

    @property
    def changed(self) -> int:
        return self.results[Result.CHANGED]

    @property
    def unchanged(self) -> int:
        return self.results[Result.UNCHANGED]

    @property
    def stale(self) -> int:
        """Entries older than what is stored, which changed nothing."""
        return self.results[Result.STALE]

    @property
    def taken(self) -> int:
        """Entries that were looked at, refused ones included."""
        return self.results.total() + len(self.refused)

    def add(self, other: Imported) -> None:
        """Add what came of another part, its refusals and notes in their order."""
        self.results.update(other.results)
        self.refused += sorted(other.refused, key=lambda each: each.position)
        self.notes += sorted(other.notes, key=lambda each: each.position)
        self.unreadable += other.unreadable
