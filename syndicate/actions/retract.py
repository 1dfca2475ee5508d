"""Retract, restore and erase: the changes of mind that must reach every copy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from syndicate.actions.accept import Receipt, Result, announce
from syndicate.actions.office import UPSTREAM, Occasion, Office
from syndicate.actions.spread import News
from syndicate.errors import ArticleNotFoundError, NotRetractedError
from syndicate.model.article import Article, Status
from syndicate.model.journal import Cause, Kind
from syndicate.model.stored import StoredArticle
from syndicate.model.text import strip_forbidden
from syndicate.policy import change
from syndicate.store import articles
from syndicate.store.tx import Tx


async def retract(office: Office, name: str, *, reason: str, public_note: str | None, actor: str) -> Receipt:
    """Retract an article everywhere. `public_note` is the only text that leaves; a second call changes nothing.

    Raises ArticleNotFoundError.
    """
    return await office.store.write(retract_in, name, reason, public_note, office.occasion(actor))


def retracting(
    name: str, reason: str, public_note: str | None, *, revision: int | None
) -> Callable[[Tx, Occasion], Receipt]:
    """Return the transaction that retracts, for callers that add to it; `revision` is what If-Match named."""

    def retract_that(tx: Tx, occasion: Occasion) -> Receipt:
        change.require_revision(must_find(tx, name), revision)
        return retract_in(tx, name, reason, public_note, occasion)

    return retract_that


def restoring(name: str) -> Callable[[Tx, Occasion], Receipt]:
    """Return the transaction that restores, for callers that add to it."""
    return lambda tx, occasion: restore_in(tx, name, occasion)


def retract_in(
    tx: Tx, name: str, reason: str, public_note: str | None, occasion: Occasion, cause: Cause = Cause.RETRACTED
) -> Receipt:
    """Retract an article inside a transaction."""
    stored = must_find(tx, name)
    if stored.status is Status.RETRACTED:
        return Receipt(_taken_over(tx, stored, occasion), Result.UNCHANGED)
    reason, public_note = strip_forbidden(reason), strip_forbidden(public_note or "").strip() or None
    seen = stored.released_at is not None
    after = _new_revision(
        tx,
        stored,
        Kind.RETRACTED,
        stored.article,
        occasion,
        status=Status.RETRACTED.value,
        release_at=None,
        withdrawn_by=occasion.actor,
        withdrawn_at=occasion.now,
        public_note=public_note,
    )
    news = News(Kind.RETRACTED, cause, reason=reason, public_note=public_note)
    # An article nobody saw has no copies, but its retraction is still in the journal: it must never go out.
    return Receipt(announce(tx, after, news, occasion) if seen else _unseen(tx, after, news, occasion), Result.CHANGED)


def _unseen(tx: Tx, after: StoredArticle, news: News, occasion: Occasion) -> StoredArticle:
    return announce(tx, after, replace(news, deliver=False), occasion)


def _taken_over(tx: Tx, stored: StoredArticle, occasion: Occasion) -> StoredArticle:
    """Make it an operator's word where an upstream had withdrawn it: the upstream cannot bring it back any more."""
    was_upstream = (stored.withdrawn_by or "").startswith(UPSTREAM)
    if not was_upstream or occasion.actor.startswith(UPSTREAM):
        return stored
    articles.change(tx, stored.key, withdrawn_by=occasion.actor)
    return replace(stored, withdrawn_by=occasion.actor)


async def restore(office: Office, name: str, *, actor: str) -> Receipt:
    """Bring a retracted article back. Raises ArticleNotFoundError, NotRetractedError."""
    return await office.store.write(restore_in, name, office.occasion(actor))


def restore_in(tx: Tx, name: str, occasion: Occasion) -> Receipt:
    """Restore a retracted article inside a transaction; an embargo or expiry of its own still holds."""
    stored = must_find(tx, name)
    if stored.status is not Status.RETRACTED or stored.article is None:
        raise NotRetractedError(f"article {stored.id} is not retracted, or was erased")
    # Feeds date what comes back by its return, or readers would go on believing the tombstone (RFC 6721 section 3);
    # the record keeps the publisher's own times, so that the publisher's next change is not older than it.
    article = stored.article
    status = _status_after(tx, stored, article, occasion)
    waits = status is Status.SCHEDULED
    after = _new_revision(
        tx,
        stored,
        Kind.RESTORED,
        article,
        occasion,
        status=status.value,
        release_at=change.release_instant(article) if waits else None,
        released_at=stored.released_at or (occasion.now if status is Status.PUBLISHED else None),
        withdrawn_by=None,
        withdrawn_at=None,
        public_note=None,
    )
    if status is not Status.PUBLISHED:
        return Receipt(after, Result.CHANGED)
    return Receipt(announce(tx, after, News(Kind.RESTORED), occasion), Result.CHANGED)


def _status_after(tx: Tx, stored: StoredArticle, article: Article, occasion: Occasion) -> Status:
    """Work out where a restored article stands: what nobody saw yet waits again for its time, or for an operator."""
    upstream = None if stored.upstream is None else tx.declarations.upstream(stored.upstream)
    if article.expires_at is not None and article.expires_at <= occasion.now:
        return Status.EXPIRED
    if stored.released_at is not None:
        return Status.PUBLISHED
    if upstream is not None and upstream.publish == "hold":
        return Status.HELD
    return Status.SCHEDULED if change.release_instant(article) > occasion.now else Status.PUBLISHED


def must_find(tx: Tx, name: str) -> StoredArticle:
    """Find an article by id, slug or url; raises ArticleNotFoundError."""
    found = articles.find(tx, name)
    if found is None:
        raise ArticleNotFoundError(name)
    return found


def _new_revision(
    tx: Tx, stored: StoredArticle, kind: Kind, article: Article | None, occasion: Occasion, **values: Any
) -> StoredArticle:
    revision = stored.revision + 1
    record = None
    if article is not None:
        record = articles.dump(article.model_copy(update={"revision": revision}))
        values["record"] = record
    articles.change(tx, stored.key, revision=revision, changed_at=occasion.now, **values)
    articles.add_revision(
        tx, stored.key, revision, at=occasion.now, actor=occasion.actor, kind=kind.value, record=record
    )
    after = articles.by_key(tx, stored.key)
    assert after is not None
    return after
