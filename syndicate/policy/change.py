"""What a submitted record means for what is stored: the rules of the contract, as one decision."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from syndicate.errors import (
    AlreadyReleasedError,
    ArticleRetractedError,
    InvalidRecordError,
    RevisionMismatchError,
    Violation,
)
from syndicate.model.article import Article, Correction, Status
from syndicate.model.journal import Kind
from syndicate.model.stored import StoredArticle
from syndicate.policy.identity import content_hash

MAX_AHEAD = timedelta(minutes=10)


@dataclass(frozen=True)
class Unchanged:
    """The same content again: nothing happens."""


@dataclass(frozen=True)
class Stale:
    """Older than what is stored: nothing happens."""


@dataclass(frozen=True)
class Change:
    """A new revision. `kind` is None while readers do not see the article; `release_at` when they will."""

    article: Article
    status: Status
    kind: Kind | None
    release_at: datetime | None


Decision = Unchanged | Stale | Change


def decide(
    stored: StoredArticle | None, submitted: Article, *, now: datetime, hold: bool, in_order: bool = False
) -> Decision:
    """Decide what a submitted record means; `hold` keeps a new article for an operator.

    `in_order` says that its sender numbers its changes and this is the newest, whatever its `updated_at`.
    `submitted` has an id; its times may be absent. Raises ArticleRetractedError, AlreadyReleasedError,
    InvalidRecordError.
    """
    if stored is not None and stored.status is Status.RETRACTED:
        raise ArticleRetractedError(f"article {stored.id} is retracted")
    _refuse_far_ahead(submitted, now=now)
    article = _timed(stored, submitted, now=now)
    if stored is not None:
        _refuse_new_embargo(stored, article, now=now)
        if content_hash(article) == stored.content_hash:
            return Unchanged()
        if not in_order and submitted.updated_at is not None and submitted.updated_at < stored.updated_at:
            return Stale()
        article = _moved_on(stored, submitted, article, now=now)
    article = _with_corrections(stored, article, now=now)
    return _placed(stored, article, now=now, hold=hold)


def require_revision(stored: StoredArticle | None, wanted: int | None) -> None:
    """Refuse a change meant for another revision than the stored one (If-Match)."""
    actual = None if stored is None else stored.revision
    if wanted is not None and wanted != actual:
        raise RevisionMismatchError(f"the article is at revision {actual}, not {wanted}")


def release_instant(article: Article) -> datetime:
    """Return when readers may first see an article: the later of embargo_until and published_at."""
    assert article.published_at is not None
    return max(article.published_at, article.embargo_until or article.published_at)


def _refuse_far_ahead(submitted: Article, *, now: datetime) -> None:
    updated_at = submitted.updated_at
    # A scheduled article reads back with updated_at = published_at, and what was read can be written back.
    if updated_at is not None and updated_at > now + MAX_AHEAD and updated_at != submitted.published_at:
        violation = Violation(
            "updated_at", "lies more than ten minutes ahead; leave it out, or check the sender's clock"
        )
        raise InvalidRecordError("updated_at lies in the future", [violation])


def _refuse_new_embargo(stored: StoredArticle, article: Article, *, now: datetime) -> None:
    if stored.released_at is None:
        return
    if article.embargo_until is not None and article.embargo_until > now:
        raise AlreadyReleasedError(f"article {stored.id} was released; an embargo cannot bring it back")
    if article.published_at is not None and article.published_at > now + MAX_AHEAD:
        remedy = "Leave published_at as it was, or retract the article."
        raise AlreadyReleasedError(f"article {stored.id} was released; it cannot be published later", remedy=remedy)


def _timed(stored: StoredArticle | None, submitted: Article, *, now: datetime) -> Article:
    """Fill absent times: those stored, else published now, else updated when published."""
    before = stored.article if stored is not None else None
    published_at = submitted.published_at or (before.published_at if before else None) or now
    if before is not None:
        updated_at = submitted.updated_at or before.updated_at or published_at
    else:
        updated_at = submitted.updated_at or published_at
    return submitted.model_copy(update={"published_at": published_at, "updated_at": updated_at})


def _moved_on(stored: StoredArticle, submitted: Article, article: Article, *, now: datetime) -> Article:
    """Give a change without updated_at the time of acceptance, unless readers never saw the article."""
    if submitted.updated_at is not None:
        return article
    seen = stored.released_at is not None
    assert article.published_at is not None
    moved = max(now, stored.updated_at) if seen else article.published_at
    zone = article.published_at.tzinfo or UTC
    return article.model_copy(update={"updated_at": moved.astimezone(zone)})


def _with_corrections(stored: StoredArticle | None, article: Article, *, now: datetime) -> Article:
    # A received record brings its publisher's corrections with it.
    kept = article.corrections
    if not kept and stored is not None and stored.article is not None:
        kept = stored.article.corrections
    if article.correction and is_new_note(kept, article.correction):
        assert article.updated_at is not None
        kept = (
            *kept,
            Correction(note=article.correction, at=min(article.updated_at, now.astimezone(article.updated_at.tzinfo))),
        )
    return article.model_copy(update={"corrections": kept})


def is_new_note(corrections: tuple[Correction, ...], note: str) -> bool:
    return all(each.note != note for each in corrections)


def _placed(stored: StoredArticle | None, article: Article, *, now: datetime, hold: bool) -> Change:
    """Work out status, kind and release."""
    release_at = release_instant(article)
    if _waits_for_operator(stored, hold=hold):
        return Change(article, Status.HELD, None, None)
    if article.expires_at is not None and article.expires_at <= now:
        return _expired(stored, article)
    if stored is not None and stored.released_at is not None:
        return Change(article, Status.PUBLISHED, _kind(stored, article), None)
    if release_at > now:
        return Change(article, Status.SCHEDULED, None, release_at)
    return Change(article, Status.PUBLISHED, Kind.PUBLISHED, None)


def _waits_for_operator(stored: StoredArticle | None, *, hold: bool) -> bool:
    """Tell whether an operator must release it: once released, be it for later, its changes go on by themselves."""
    if stored is None:
        return hold
    return stored.status is Status.HELD or (hold and stored.released_at is None and stored.status is Status.EXPIRED)


def _expired(stored: StoredArticle | None, article: Article) -> Change:
    seen = stored is not None and stored.status is Status.PUBLISHED
    return Change(article, Status.EXPIRED, Kind.EXPIRED if seen else None, None)


def _kind(stored: StoredArticle, article: Article) -> Kind:
    if stored.status is Status.EXPIRED:
        return Kind.RESTORED
    known = stored.article.corrections if stored.article is not None else ()
    return Kind.CORRECTED if len(article.corrections) > len(known) else Kind.UPDATED
