"""What reading a copy back showed: the partner's page, and what follows from it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


@dataclass(frozen=True)
class Page:
    """What of a web page tells whose story it shows.

    `words` are those of its text (policy.words.spaced_words); `links` are addresses with the words that stand in them.
    """

    headlines: tuple[str, ...] = ()
    canonicals: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    words: str = ""


class Shows(StrEnum):
    """What stands at a copy's address."""

    NEWEST = "newest"
    OLDER = "older"
    UNKNOWN = "unknown"
    """A page of which no revision of ours can be told."""
    MISSING = "missing"
    """Nothing, where the article should stand."""
    GONE = "gone"
    """Nothing, as it should be."""
    STILL_UP = "still up"
    """The article, though it was withdrawn."""
    UNREACHABLE = "unreachable"
    NO_ADDRESS = "no address"
    """The partner never said where its copy stands."""


@dataclass(frozen=True)
class Audit:
    """What one copy showed. `revision` is the one recognised; None for the rest where there was nothing to look at.

    `source_line`: our name, or the words of the profile, with a link to the story; `canonical`: the page says that
    the story's address is the original's.
    """

    shows: Shows
    revision: int | None = None
    newest: int | None = None
    source_line: bool | None = None
    canonical: bool | None = None
    problems: tuple[str, ...] = ()

    def document(self) -> dict[str, Any]:
        """Return it JSON-ready."""
        return asdict(self) | {"shows": self.shows.value, "problems": list(self.problems)}
