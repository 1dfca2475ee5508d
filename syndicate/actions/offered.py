"""The own feed of a partner that polls, as it stood: told from what it had been offered by then."""

from __future__ import annotations

from datetime import datetime

from syndicate.actions.build import MAX_TOMBSTONES, Snapshot, entries_of
from syndicate.actions.moments import Moment, moment_of
from syndicate.errors import FeedNotFoundError
from syndicate.model.delivery import EventType
from syndicate.model.entry import FeedContent, Tombstone
from syndicate.model.views import View, view_of
from syndicate.policy.gates.table import most_items
from syndicate.store import articles, offers, past
from syndicate.store.memberships import Member
from syndicate.store.past import Had
from syndicate.store.tx import Tx

# Of how many articles it is looked at what the partner was offered last.
MAX_OFFERS = 2_000


def offered(tx: Tx, key: str, at: datetime, now: datetime, name: str) -> tuple[Moment, Snapshot, tuple[Had, ...], bool]:
    """Return a polled partner's feed as of an instant, what its entries were offered with, and whether that is all.

    Raises FeedNotFoundError, InvalidQueryError.
    """
    view = view_of(tx.declarations, key)
    if view is None or view.partner is None:
        raise FeedNotFoundError(key)
    moment = moment_of(tx, at, now=now, name=name)
    had = past.taken(tx, view.partner.name, at, limit=MAX_OFFERS)
    held = [each for each in had if each.type != EventType.RETRACTED]
    pairs = sorted(_members(tx, held), key=lambda pair: _rank(*pair), reverse=True)[: most_items(view.feed)]
    gone = [each for each in had if each.type == EventType.RETRACTED][:MAX_TOMBSTONES]
    newest = max(had, key=lambda each: each.taken_at, default=None)
    seq, changed_at = (moment.seq, at) if newest is None else (newest.seq, newest.taken_at)
    content = _content(tx, view, [member for _, member in pairs], gone, changed_at)
    return moment, Snapshot(seq, content), tuple(each for each, _ in pairs), len(had) < MAX_OFFERS


def _content(tx: Tx, view: View, members: list[Member], gone: list[Had], changed_at: datetime) -> FeedContent:
    return FeedContent(
        publisher=tx.declarations.publisher,
        feed=view.feed,
        entries=entries_of(tx, view, members),
        tombstones=tuple(Tombstone(each.article_id, each.taken_at) for each in gone),
        changed_at=changed_at,
        self_base=view.self_base,
        elsewhere=True,
    )


def _members(tx: Tx, held: list[Had]) -> list[tuple[Had, Member]]:
    """Take each article as it was offered; one that was erased since is left out."""
    found = []
    for each in held:
        stored = articles.by_id(tx, each.article_id)
        if stored is None or stored.released_at is None:
            continue
        kept = offers.records(tx, [(stored.key, each.revision)]).get((stored.key, each.revision))
        if kept is not None:
            member = Member(articles.load(kept), each.taken_at, stored.released_at, stored.upstream, None)
            found.append((each, member))
    return found


def _rank(had: Had, member: Member) -> tuple[datetime, datetime, str]:
    article = member.article
    assert article.updated_at is not None
    assert article.published_at is not None
    return article.updated_at, article.published_at, had.article_id
