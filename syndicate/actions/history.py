"""Documents of a feed's history: its archives, and what changed since an edition that a reader holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from syndicate.actions.archives import ARCHIVE_SIZE, Archive, place_of_archive, place_of_newest
from syndicate.actions.build import MAX_TOMBSTONES, Snapshot, entries_of, tombstone_of
from syndicate.errors import ArchiveNotFoundError, FeedNotFoundError
from syndicate.model.entry import FeedContent, Part, Place
from syndicate.model.views import View, view_of
from syndicate.policy.gates.table import most_items
from syndicate.render.dialects.table import DIALECTS
from syndicate.store import history, memberships
from syndicate.store.memberships import Head
from syndicate.store.offers import Carried
from syndicate.store.tx import Tx

# Who missed more than this is better off with the whole feed.
MAX_CHANGES = 200


@dataclass(frozen=True)
class Chapter:
    """A document of a feed's history, with the head of the feed as it was read."""

    shown: Snapshot
    head: Head


def archive(tx: Tx, key: str, name: str, *, size: int = ARCHIVE_SIZE) -> Chapter:
    """Read an archive of a view as its articles stand now. Raises FeedNotFoundError, ArchiveNotFoundError."""
    view, head = _find(tx, key)
    wanted, last = Archive.named(name, size=size), history.last_ordinal(tx, key)
    if wanted.upto > last:
        raise ArchiveNotFoundError(name)
    places = history.between(tx, key, after=wanted.after, upto=wanted.upto)
    content = _content(tx, view, places, place_of_archive(view, wanted, last=last), head)
    carries = _carried(content, places) if view.partner is not None else ()
    return Chapter(Snapshot(max(place.changed_seq for place in places), content, carries), head)


def _carried(content: FeedContent, places: Sequence[history.Place]) -> tuple[Carried, ...]:
    """Return what a polled partner that fetches an archive holds from then on."""
    told = {entry.id for entry in content.entries} | {tombstone.id for tombstone in content.tombstones}
    return tuple(
        Carried(place.article_key, place.revision, place.changed_seq, place.is_withdrawn)
        for place in places
        if place.article_id in told and place.revision is not None
    )


def delta(tx: Tx, key: str, since: int, *, size: int = ARCHIVE_SIZE) -> Chapter | None:
    """Read what changed in a view since its edition of seq `since`.

    None where that cannot be said in a delta: the view was declared anew, or too much happened, or something left
    that no tombstone tells of. Whoever adds the delta to that edition, drops what has a tombstone and keeps as many of
    the newest as the feed shows, has the feed as it is now. Raises FeedNotFoundError.
    """
    view, head = _find(tx, key)
    if not history.declared_seq(tx, key) <= since < head.seq or DIALECTS[view.feed.dialect].max_bytes is not None:
        return None
    changed = history.changed_since(tx, key, since, limit=MAX_CHANGES + 1)
    window = history.window(tx, key, limit=most_items(view.feed))
    withdrawn = [place for place in changed if place.is_withdrawn]
    aged = [place for place in changed if place.has_aged]
    if len(changed) > MAX_CHANGES or len(withdrawn) > MAX_TOMBSTONES or not _fall_out(aged, window, view):
        return None
    came_in = _came_in(changed, window, since, shows=most_items(view.feed))
    live = sorted((place for place in changed if place.left_at is None), key=lambda each: each.rank, reverse=True)
    older = place_of_newest(tx, view, shown=len(window), size=size).older
    content = _content(tx, view, [*live, *came_in, *withdrawn], Place(Part.DELTA, older=older), head)
    return Chapter(Snapshot(head.seq, content), head)


def _find(tx: Tx, key: str) -> tuple[View, Head]:
    view, head = view_of(tx.declarations, key), memberships.head(tx, key)
    if view is None or head is None:
        raise FeedNotFoundError(key)
    return view, head


def _content(tx: Tx, view: View, places: Sequence[history.Place], place: Place, head: Head) -> FeedContent:
    """Show places: what is there or only aged as an entry, what was withdrawn as its tombstone."""
    withdrawn = [each.article_key for each in places if each.is_withdrawn]
    members = history.members(tx, view.key, [each.article_key for each in places if not each.is_withdrawn])
    shown = [members[each.article_key] for each in places if each.article_key in members]
    publisher = tx.declarations.publisher
    dates = [each.left_at if each.is_withdrawn and each.left_at else each.updated_at for each in places]
    return FeedContent(
        publisher=publisher,
        feed=view.feed,
        entries=entries_of(tx, view, shown),
        tombstones=tuple(tombstone_of(gone, publisher) for gone in history.gone(tx, view.key, withdrawn)),
        changed_at=max(dates) if place.part is Part.ARCHIVE else head.changed_at,
        self_base=view.self_base,
        elsewhere=view.partner is not None,
        place=place,
    )


def _fall_out(aged: Sequence[history.Place], window: Sequence[history.Place], view: View) -> bool:
    """Say whether what grew too old leaves a reader's copy by itself: because it is older than all that is kept."""
    is_full = len(window) == most_items(view.feed)
    return not aged or (is_full and max(place.rank for place in aged) < window[-1].rank)


def _came_in(
    changed: Sequence[history.Place], window: Sequence[history.Place], since: int, *, shows: int
) -> tuple[history.Place, ...]:
    """Return what did not change, but may show since others left: as many at the end as there were others."""
    others = sum(place.was_there(since) for place in changed)
    unchanged = [place for place in window if place.changed_seq <= since]
    return tuple(unchanged[max(0, shows - others) :])
