"""What a polled partner must do to hold the newest state: every article once, in the order of commit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from syndicate.actions.adopt import EPOCH
from syndicate.actions.claim import health_of
from syndicate.actions.office import Office
from syndicate.actions.shaping import record_for
from syndicate.errors import CursorUnknownError, PartnerNotFoundError, PartnerPausedError
from syndicate.model.article import Status
from syndicate.model.declarations import PartnerDeclaration
from syndicate.model.delivery import Lane
from syndicate.model.journal import Cause, Kind
from syndicate.model.views import partner_key, view_of
from syndicate.policy.health import may_send
from syndicate.policy.rights import NotAllowed
from syndicate.render.event import change_item, is_plain
from syndicate.store import journal, memberships, meta, offers
from syndicate.store.offers import Carried, Change
from syndicate.store.tx import Tx

# A page ends with the article that makes it longer than this.
MAX_PAGE_BYTES = 4 * 2**20
STEP = 20
# Behind every article of the same seq.
_LAST_KEY = 2**62


@dataclass(frozen=True)
class Position:
    """How far a partner has read, in the history that began at `epoch`."""

    epoch: str
    seq: int
    key: int


After = Position | Literal["start", "now"]


@dataclass(frozen=True)
class Page:
    """Items as JSON, where the next page begins, and what the partner holds from then on.

    `seq` is that of the last change of the partner's feed which the page has seen.
    """

    items: tuple[bytes, ...]
    position: Position
    seq: int
    carries: tuple[Carried, ...]


@dataclass(frozen=True)
class _Item:
    carried: Carried
    text: bytes


async def require_open(office: Office, name: str) -> None:
    """Refuse a partner that is paused. Raises PartnerPausedError, PartnerNotFoundError."""
    await office.store.read(_require_open, name, office.now())


async def changes(office: Office, name: str, after: After, *, limit: int) -> Page:
    """Return what a partner was offered after a position.

    Raises CursorUnknownError, PartnerPausedError, PartnerNotFoundError.
    """
    return await office.store.read(_page, name, after, limit, office.now())


def _require_open(tx: Tx, name: str, now: datetime) -> PartnerDeclaration:
    view = view_of(tx.declarations, partner_key(name))
    if view is None or view.partner is None:
        raise PartnerNotFoundError(name)
    health = health_of(tx, name, now=now)
    if not may_send(health, Lane.RETRACTION, now):
        raise PartnerPausedError(health.state)
    return view.partner


def _page(tx: Tx, name: str, after: After, limit: int, now: datetime) -> Page:
    partner = _require_open(tx, name, now)
    head = memberships.head(tx, partner_key(name))
    position = _begin(tx, after)
    items: list[_Item] = []
    for change in _walk(tx, partner_key(name), position, limit=limit):
        position = Position(position.epoch, change.seq, change.article_key)
        item = _item(tx, partner, change)
        if item is not None:
            items.append(item)
        if len(items) == limit or sum(len(each.text) for each in items) > MAX_PAGE_BYTES:
            break
    texts, carries = tuple(each.text for each in items), tuple(each.carried for each in items)
    return Page(texts, position, 0 if head is None else head.seq, carries)


def _begin(tx: Tx, after: After) -> Position:
    epoch, last = meta.get(tx, EPOCH) or "", journal.last_seq(tx)
    match after:
        case "start":
            return Position(epoch, 0, 0)
        case "now":
            return Position(epoch, last, _LAST_KEY)
        case Position():
            # Nor one that is ahead of us: the store was put back to an earlier state behind our back.
            if after.epoch != epoch or after.seq > last:
                raise CursorUnknownError("the cursor is of another history: this store was restored since")
            return after


def _walk(tx: Tx, feed: str, position: Position, *, limit: int) -> Iterator[Change]:
    """Read on in small steps: records are long, and a page is bounded in bytes."""
    while found := offers.changes(tx, feed, seq=position.seq, key=position.key, limit=min(STEP, limit)):
        yield from found
        position = Position(position.epoch, found[-1].seq, found[-1].article_key)


def _item(tx: Tx, partner: PartnerDeclaration, change: Change) -> _Item | None:
    """Make an item; None of what was withdrawn and not offered as such yet: its retraction comes later in the list."""
    if change.left_at is not None:
        cause = Cause(change.left_cause or Cause.DESELECTED)
        return _written(tx, change, None, cause, change.left_at)
    if change.record is None or change.status is not Status.PUBLISHED:
        return None
    assert change.offered_at is not None
    seq, now = change.seq, change.offered_at
    record = record_for(
        change.record,
        partner,
        tx.declarations,
        slug=change.slug,
        url=change.url,
        seq=seq,
        plain=is_plain(change.record),
        now=now,
    )
    if isinstance(record, NotAllowed):
        return _written(tx, change, None, Cause.RIGHTS, now)
    return _written(tx, change, record, None, now)


def _written(tx: Tx, change: Change, record: bytes | None, cause: Cause | None, at: datetime) -> _Item:
    text = change_item(
        kind=_kind(change, gone=record is None),
        at=at,
        record=record,
        article_id=change.article_id,
        url=change.url or f"{tx.declarations.publisher.root}/articles/{change.slug}",
        revision=change.revision,
        seq=change.seq,
        cause=cause,
        public_note=change.public_note if cause is Cause.RETRACTED else None,
    )
    return _Item(Carried(change.article_key, change.revision, change.seq, gone=record is None), text)


def _kind(change: Change, *, gone: bool) -> Kind:
    if gone:
        return Kind.RETRACTED
    if change.kind == Kind.CORRECTED:
        return Kind.CORRECTED
    return Kind.PUBLISHED if change.entered_seq == change.seq else Kind.UPDATED
