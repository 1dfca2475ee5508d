"""Which bytes went out: editions are noted when they are first handed out, and written together later."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from syndicate.actions.office import Office
from syndicate.store import served
from syndicate.store.served import Served
from syndicate.store.tx import Tx

# A store that does not write for long must not fill the memory; what is dropped is "unknown" later.
MAX_UNWRITTEN = 10_000
# So much of a digest stands in an entity tag.
DIGEST_IN_TAG = 20


class Verdict(StrEnum):
    """Whether bytes shown now are those that went."""

    SAME = "same"
    OTHER = "other"
    UNKNOWN = "unknown"
    """No digest of what went is kept."""
    UNREPEATABLE = "unrepeatable"
    """What went held what the partner had answered, such as where its copies of pictures are."""


@dataclass(frozen=True)
class Comparison:
    """Bytes shown now beside those that went; `went_at` is when these did."""

    verdict: Verdict
    digest: str
    went_at: datetime | None = None


class ServedEditions:
    """What this process handed out and has not written yet."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._unwritten: dict[tuple[str, str, str], Served] = {}
        # Feed, format, and how the digest begins, of what is asked for by it again and again; the last asked for last.
        self._known: OrderedDict[tuple[str, str, str], None] = OrderedDict()

    def note(self, feed: str, format_name: str, digest: str, *, seq: int) -> None:
        """Remember that an edition goes out; it costs no more than this until `write`."""
        key = (feed, format_name, digest)
        if key not in self._unwritten and len(self._unwritten) < MAX_UNWRITTEN:
            self._unwritten[key] = Served(feed, format_name, digest, seq, self._office.now())
            self._remember((feed, format_name, digest[:DIGEST_IN_TAG]))

    async def is_known(self, feed: str, format_name: str, beginning: str) -> bool:
        """Say whether an edition went out, as far as is known, whose digest begins like this."""
        key = (feed, format_name, beginning)
        if key not in self._known:
            if not await self._office.store.read(served.is_known, *key):
                return False
            self._remember(key)
        return True

    def _remember(self, key: tuple[str, str, str]) -> None:
        self._known[key] = None
        self._known.move_to_end(key)
        while len(self._known) > MAX_UNWRITTEN:
            self._known.popitem(last=False)

    async def write(self) -> None:
        """Write what was noted, in one transaction; what cannot be written now stays. Raises StoreError."""
        batch = dict(self._unwritten)
        if batch:
            await self._office.store.write(served.add, list(batch.values()))
        for key in batch:
            del self._unwritten[key]


async def compare_edition(office: Office, feed: str, format_name: str, body: bytes, *, seq: int) -> Comparison:
    """Say whether a document made now went out: `seq` is that of the feed's last change it shows."""
    digest = digest_of(body)
    return await office.store.read(_compare, feed, format_name, digest, seq)


def _compare(tx: Tx, feed: str, format_name: str, digest: str, seq: int) -> Comparison:
    if (same := served.by_digest(tx, feed, format_name, digest)) is not None:
        return Comparison(Verdict.SAME, digest, same.first_at)
    others = served.of_seq(tx, feed, format_name, seq)
    return Comparison(Verdict.OTHER, digest, others[0].first_at) if others else Comparison(Verdict.UNKNOWN, digest)


def digest_of(body: bytes) -> str:
    """Return the SHA-256 of a payload, in hexadecimal."""
    return hashlib.sha256(body).hexdigest()
