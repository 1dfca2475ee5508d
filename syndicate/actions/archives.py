"""Archives of a feed (RFC 5005 section 4): where they stand, and which articles each of them holds for good.

Articles keep the order in which they first entered the feed; every `ARCHIVE_SIZE` of them make an archive. What came
since the last full one stands in the feed's own document, as a rule. Where it does not (the document is short, or old
stories came in), the chain begins with the first so many articles of the archive that still fills, under an address of
its own, so that what stands at an address is always the same.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

from syndicate.errors import ArchiveNotFoundError
from syndicate.model.entry import Part, Place
from syndicate.model.views import View
from syndicate.policy.gates.table import most_items
from syndicate.store import history
from syndicate.store.tx import Tx

# As many as a feed shows where nothing else is declared, so that its document and its archives meet.
ARCHIVE_SIZE = 50
_NAME = re.compile(r"([1-9][0-9]{0,8})(?:-([1-9][0-9]{0,8}))?")


@dataclass(frozen=True)
class Archive:
    """A number of articles of the past; `number` counts from 1, the oldest.

    `count` says that it is the first so many articles of an archive that was still filling.
    """

    number: int
    size: int
    count: int | None = None

    @classmethod
    def named(cls, name: str, *, size: int) -> Self:
        """Read what stands in an address; raises ArchiveNotFoundError."""
        match = _NAME.fullmatch(name)
        if match is None or (match[2] and int(match[2]) >= size):
            raise ArchiveNotFoundError(name)
        return cls(int(match[1]), size, int(match[2]) if match[2] else None)

    @property
    def name(self) -> str:
        return str(self.number) if self.count is None else f"{self.number}-{self.count}"

    @property
    def after(self) -> int:
        """The last ordinal before it."""
        return (self.number - 1) * self.size

    @property
    def upto(self) -> int:
        """Its last ordinal."""
        return self.after + (self.count or self.size)

    def address(self, view: View) -> str:
        """Return its address without a suffix."""
        return f"{view.self_base}/archive/{self.name}"


def place_of_newest(tx: Tx, view: View, *, shown: int, size: int = ARCHIVE_SIZE) -> Place:
    """Say what a feed's own document, which shows so many articles, links to: nothing where those are all ever."""
    last = history.last_ordinal(tx, view.key)
    if last == shown:
        return Place()
    full = last // size
    newest = history.shown(tx, view.key, limit=most_items(view.feed))
    unshown = history.to_reach(tx, view.key, after=full * size) - newest
    return place_before(view, last=last, unshown=unshown, size=size)


def place_before(view: View, *, last: int, unshown: frozenset[int], size: int = ARCHIVE_SIZE) -> Place:
    """Link to the archives of a feed into which `last` articles came; `unshown` are late ones its document lacks."""
    full = last // size
    if unshown:
        return Place(older=Archive(full + 1, size, max(unshown) - full * size).address(view))
    return Place(older=Archive(full, size).address(view)) if full else Place()


def place_of_archive(view: View, archive: Archive, *, last: int) -> Place:
    """Say what stands beside an archive; one that still fills is nobody's successor."""
    older = Archive(archive.number - 1, archive.size) if archive.number > 1 else None
    newer = Archive(archive.number + 1, archive.size)
    is_linked = archive.count is None and newer.upto <= last
    return Place(
        Part.ARCHIVE,
        archive.address(view),
        None if older is None else older.address(view),
        newer.address(view) if is_linked else None,
    )
