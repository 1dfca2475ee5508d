"""Receive what an upstream pushed: each event once, in the order of its seq, and only the upstream's own."""

from __future__ import annotations

from dataclasses import dataclass

from syndicate.actions.accept import Submission, accept_in
from syndicate.actions.office import UPSTREAM, Occasion, Office
from syndicate.actions.retract import restore_in, retract_in
from syndicate.errors import ForeignArticleError, InvalidRecordError, UpstreamNotFoundError, Violation
from syndicate.model.article import Article, Status
from syndicate.model.delivery import EventType
from syndicate.model.journal import Cause
from syndicate.model.stored import StoredArticle
from syndicate.store import articles, inbound
from syndicate.store.tx import Tx


@dataclass(frozen=True)
class Event:
    """A verified event of an upstream. `article` is None for a retraction and for a test."""

    delivery_id: str
    type: EventType
    article_id: str | None
    seq: int | None
    cause: Cause | None
    public_note: str | None
    article: Article | None


@dataclass(frozen=True)
class Received:
    """What became of an event; `url` is the address of our copy."""

    result: str
    url: str | None = None


async def receive(office: Office, upstream: str, event: Event) -> Received:
    """Apply an event of `upstream`. Raises UpstreamNotFoundError, ForeignArticleError, InvalidRecordError."""
    return await office.store.write(receive_in, upstream, event, office.occasion(f"{UPSTREAM}{upstream}"))


def receive_in(tx: Tx, upstream: str, event: Event, occasion: Occasion) -> Received:
    """Apply an event inside a transaction."""
    declared = tx.declarations.upstream(upstream)
    if declared is None or declared.kind != "push":
        raise UpstreamNotFoundError(upstream)
    if event.type is EventType.TEST:
        return Received("test")
    article_id, seq = _named(event)
    if inbound.seen(tx, upstream, event.delivery_id):
        return Received("seen", _address(tx, articles.by_id(tx, article_id)))
    inbound.see(tx, upstream, event.delivery_id, at=occasion.now)
    newest = inbound.newest_seq(tx, upstream, article_id)
    if newest is not None and seq < newest:
        return Received("stale", _address(tx, articles.by_id(tx, article_id)))
    stored = articles.by_id(tx, article_id)
    if stored is not None and stored.upstream != upstream:
        raise ForeignArticleError(f"article {article_id} is not from upstream {upstream}")
    inbound.set_newest_seq(tx, upstream, article_id, seq, at=occasion.now)
    if event.type is EventType.RETRACTED:
        return _withdraw(tx, stored, event, occasion)
    return _take(tx, upstream, stored, event, occasion, hold=declared.publish == "hold")


def _named(event: Event) -> tuple[str, int]:
    if event.article_id is None or event.seq is None:
        raise InvalidRecordError("the event names no article", [Violation("data", "needs id and seq")])
    return event.article_id, event.seq


def _withdraw(tx: Tx, stored: StoredArticle | None, event: Event, occasion: Occasion) -> Received:
    # What never came needs no withdrawing; its seq is kept, so that an older event of it comes to nothing.
    if stored is None:
        return Received("unknown")
    cause = event.cause or Cause.RETRACTED
    retract_in(tx, stored.id, f"{occasion.actor}: {cause}", event.public_note, occasion, cause)
    return Received("retracted")


def _take(
    tx: Tx, upstream: str, stored: StoredArticle | None, event: Event, occasion: Occasion, *, hold: bool
) -> Received:
    if event.article is None:
        raise InvalidRecordError("the event carries no article", [Violation("data.article", "is missing")])
    if stored is not None and stored.status is Status.RETRACTED:
        # Who took it down may bring it back; what an operator here took down stays down.
        if stored.withdrawn_by != occasion.actor or stored.article is None:
            return Received("retracted here")
        restore_in(tx, stored.id, occasion)
    # A restore here dates the story by our clock, so its sender's next change may be older than that: seq decides.
    submission = Submission(event.article, upstream=upstream, hold=hold, in_order=True)
    done = accept_in(tx, submission, occasion)
    return Received(done.result.value, _address(tx, done.stored))


def _address(tx: Tx, stored: StoredArticle | None) -> str | None:
    """Return the address of our copy, where readers can see it."""
    if stored is None or stored.status is not Status.PUBLISHED:
        return None
    return f"{tx.declarations.publisher.root}/articles/{stored.slug}"
