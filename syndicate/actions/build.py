"""Build the content of a feed's edition from the store, in one snapshot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from syndicate.actions.archives import ARCHIVE_SIZE, place_of_newest
from syndicate.errors import FeedNotFoundError
from syndicate.model.article import Article
from syndicate.model.declarations import PartnerDeclaration, Publisher, RightsRule
from syndicate.model.entry import Entry, FeedContent, Tombstone
from syndicate.model.stored import StoredArticle
from syndicate.model.views import View, view_of
from syndicate.policy.gates.table import most_items
from syndicate.policy.rights import NotAllowed, shape_for_partner, with_rights_at
from syndicate.render.event import outgoing
from syndicate.render.wording import wording_of
from syndicate.store import memberships, offers
from syndicate.store.memberships import Gone, Member
from syndicate.store.offers import Carried
from syndicate.store.tx import Tx

MAX_TOMBSTONES = 50


@dataclass(frozen=True)
class Snapshot:
    """What a feed shows, and the seq of its last change."""

    seq: int
    content: FeedContent
    carries: tuple[Carried, ...] = ()
    """What a polled partner that fetches it holds from then on."""


def snapshot(tx: Tx, slug: str, *, archive_size: int = ARCHIVE_SIZE) -> Snapshot:
    """Read what a view shows now: a feed by its slug, a polled partner's by its key. Raises FeedNotFoundError."""
    view = view_of(tx.declarations, slug)
    head = memberships.head(tx, slug)
    if view is None or head is None:
        raise FeedNotFoundError(slug)
    left = memberships.left(tx, slug, limit=MAX_TOMBSTONES)
    members = memberships.newest(tx, slug, limit=most_items(view.feed))
    content = FeedContent(
        publisher=tx.declarations.publisher,
        feed=view.feed,
        entries=entries_of(tx, view, members),
        tombstones=tuple(tombstone_of(gone, tx.declarations.publisher) for gone in left),
        changed_at=head.changed_at,
        self_base=view.self_base,
        elsewhere=view.partner is not None,
        place=place_of_newest(tx, view, shown=len(members), size=archive_size),
    )
    return Snapshot(head.seq, content, _carries(tx, view))


def _carries(tx: Tx, view: View) -> tuple[Carried, ...]:
    if view.partner is None:
        return ()
    shown = offers.newest(tx, view.key, limit=most_items(view.feed))
    return (*shown, *offers.left(tx, view.key, limit=MAX_TOMBSTONES))


def tombstone_of(gone: Gone, publisher: Publisher) -> Tombstone:
    """Settle a former member as documents tell of it."""
    url = gone.url or f"{publisher.root}/articles/{gone.slug}"
    return Tombstone(gone.article_id, gone.left_at, gone.public_note, url, gone.published_at)


def entries_of(tx: Tx, view: View, members: Sequence[Member]) -> tuple[Entry, ...]:
    """Settle members of a view as its documents show them."""
    publisher = tx.declarations.publisher
    if view.partner is None:
        return tuple(_member_entry(member, publisher) for member in members)
    shaped = _shaped(members, view.partner, tx.declarations.rights)
    return tuple(worded(_member_entry(member, publisher), view.partner, publisher) for member in shaped)


def worded(entry: Entry, partner: PartnerDeclaration, publisher: Publisher) -> Entry:
    """Return an entry in the words of a partner's profile."""
    return replace(entry, wording=wording_of(entry.article, partner.profile, publisher))


def _shaped(
    members: Sequence[Member], partner: PartnerDeclaration, rules: tuple[RightsRule, ...]
) -> tuple[Member, ...]:
    """Give a polled partner what it may have and asked for, as of when it was offered."""
    shaped = [(each, shape_for_partner(each.article, partner, rules, now=each.changed_at)) for each in members]
    return tuple(replace(each, article=it) for each, it in shaped if not isinstance(it, NotAllowed))


def _member_entry(member: Member, publisher: Publisher) -> Entry:
    article = shown_article(member.article, upstream=member.upstream)
    entry = entry_of(article, publisher, changed_at=member.changed_at, released_at=member.released_at)
    if member.reentered_at is None or entry.updated_at > member.reentered_at:
        return entry
    # Newer than the tombstone it left behind, or readers would go on believing that (RFC 6721 section 3).
    return Entry(entry.article, entry.published_at, member.reentered_at.astimezone(entry.updated_at.tzinfo))


def entry_of(article: Article, publisher: Publisher, *, changed_at: datetime, released_at: datetime) -> Entry:
    """Settle an article for documents: source, url, and times that do not lie in the future."""
    assert article.published_at is not None
    assert article.updated_at is not None
    published_at = _not_after(article.published_at, released_at)
    updated_at = max(_not_after(article.updated_at, changed_at), published_at)
    covered = with_rights_at(article, changed_at)
    return Entry(outgoing(covered, publisher), published_at, updated_at)


def stored_entry(stored: StoredArticle, publisher: Publisher) -> Entry:
    """Settle a released article as the store knows it."""
    assert stored.article is not None
    assert stored.released_at is not None
    article = shown_article(stored.article, upstream=stored.upstream)
    return entry_of(article, publisher, changed_at=stored.changed_at, released_at=stored.released_at)


def shown_article(article: Article, *, upstream: str | None) -> Article:
    """Leave out what is the first publisher's own: its related stories and its comments are not ours to show."""
    if upstream is None or (not article.related and article.comments is None):
        return article
    return article.model_copy(update={"related": (), "comments": None})


def _not_after(instant: datetime, limit: datetime) -> datetime:
    return instant if instant <= limit else limit.astimezone(instant.tzinfo)
