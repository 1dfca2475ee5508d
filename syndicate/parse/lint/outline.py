"""The outline of a feed as it was written: what the linter looks at, before anything is mended."""

from __future__ import annotations

from dataclasses import dataclass

from syndicate.model.finding import Finding


@dataclass(frozen=True)
class Written:
    """One value with the name of its element."""

    path: str
    text: str


@dataclass(frozen=True)
class File:
    """An enclosure: its attributes as they were written."""

    url: str | None
    type: str | None
    length: str | None


@dataclass(frozen=True)
class Item:
    """One item or entry; `name` is its id, or its place where it has none."""

    name: str
    id: str | None
    claims_address: bool
    """The id says of itself that it is an address that can be opened (`isPermaLink`)."""
    title: str | None
    has_text: bool
    dates: tuple[Written, ...]
    addresses: tuple[Written, ...]
    files: tuple[File, ...]


@dataclass(frozen=True)
class Outline:
    """A feed: `format` is rss, atom or json; `missing` names the required elements its head lacks."""

    format: str
    missing: tuple[str, ...]
    self_address: str | None
    dates: tuple[Written, ...]
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Complaint:
    """A finding in a document: `entry` is the id of the story it is about, None for the document itself."""

    entry: str | None
    finding: Finding
