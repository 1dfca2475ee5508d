"""Entries on their way in: what a document gives, in the order it is taken, and the transaction that takes one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import count

from syndicate.actions.accept import Receipt, Submission, accept_in
from syndicate.actions.office import Occasion
from syndicate.errors import Violation
from syndicate.model.article import Article
from syndicate.parse.links import host
from syndicate.parse.parsed import ParsedFeed
from syndicate.policy.feed_entry import lasting_id, refuse_out_of_reach, with_sane_clock
from syndicate.policy.identity import authority_of, content_hash
from syndicate.store import articles
from syndicate.store.tx import Tx

_LAST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Terms:
    """How an import is made: `own` feeds are no source of their entries; with `deliver` false nothing is owed."""

    actor: str
    own: bool
    deliver: bool


@dataclass(frozen=True)
class Candidate:
    """An entry and its place in its document. What came in a feed, rather than as a record, may change less."""

    position: int
    article: Article
    changes: tuple[Violation, ...]
    from_feed: bool


def candidates_of(feed: ParsedFeed, terms: Terms, *, before: int) -> list[Candidate]:
    """Return the entries of a document of which `before` came earlier, oldest story first.

    Of entries that name the same story, the last in the document stands for all.
    """
    unread = {problem.position for problem in feed.problems}
    positions = (position for position in count(1) if position not in unread)
    # Records stand for themselves; a feed has at least a title.
    from_feed = any((feed.title, feed.url, feed.feed_url, feed.language))
    found = [
        Candidate(before + position, entry.article, entry.changes, from_feed)
        for position, entry in zip(positions, feed.entries, strict=False)
    ]
    if terms.own:
        found = [_as_our_own(each, feed) for each in found]
    return sorted(_last_of_each(found), key=lambda each: each.article.published_at or _LAST)


def _as_our_own(candidate: Candidate, feed: ParsedFeed) -> Candidate:
    """Take the feed away as the source; a source that the entry named itself stays."""
    source = candidate.article.source
    if not candidate.from_feed or source is None or source.name != (feed.title or host(source.url)):
        return candidate
    return replace(candidate, article=candidate.article.model_copy(update={"source": None}))


def _last_of_each(found: Sequence[Candidate]) -> Iterable[Candidate]:
    return {_name(each.article): each for each in found}.values()


def _name(article: Article) -> str:
    return article.id or article.url or content_hash(article)


def take_in(tx: Tx, candidate: Candidate, terms: Terms, occasion: Occasion) -> Receipt:
    """Accept an entry inside a transaction. Raises ConflictError, InvalidRecordError."""
    article, notes = _named(tx, candidate.article), candidate.changes
    if candidate.from_feed and article.id is not None:
        stored = articles.by_id(tx, article.id)
        if stored is not None:
            refuse_out_of_reach(stored, own=terms.own, now=occasion.now)
        article, more = with_sane_clock(article, is_known=stored is not None, now=occasion.now)
        notes += more
    return accept_in(tx, Submission(article, notes, deliver=terms.deliver), occasion)


def _named(tx: Tx, article: Article) -> Article:
    """Give a story that names neither id nor url an id that lasts; otherwise `accept` finds or makes it."""
    if article.id is not None or article.url is not None:
        return article
    publisher = tx.declarations.publisher
    authority = authority_of(publisher.base_url, publisher.contact)
    return article.model_copy(update={"id": lasting_id(article, authority=authority)})
