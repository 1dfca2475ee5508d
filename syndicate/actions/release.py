"""Release what was scheduled or held, withdraw what expires, and let feeds drop what grew too old."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby

from syndicate.actions.accept import Receipt, Result, announce
from syndicate.actions.office import Occasion, Office
from syndicate.actions.retract import must_find
from syndicate.actions.spread import News
from syndicate.errors import NotHeldError
from syndicate.model.article import Status
from syndicate.model.journal import Cause, Kind
from syndicate.model.stored import StoredArticle
from syndicate.policy import change, rights
from syndicate.store import articles, memberships
from syndicate.store.tx import Tx

CLOCK = "clock"
BATCH = 100


async def release(office: Office, name: str, *, actor: str) -> Receipt:
    """Release a held article: now, or at the instant it is scheduled for.

    Raises ArticleNotFoundError, NotHeldError.
    """
    return await office.store.write(_release_held, name, office.occasion(actor))


def _release_held(tx: Tx, name: str, occasion: Occasion) -> Receipt:
    stored = must_find(tx, name)
    if stored.status is not Status.HELD or stored.article is None:
        raise NotHeldError(f"article {stored.id} is {stored.status}")
    release_at = change.release_instant(stored.article)
    if release_at > occasion.now:
        articles.change(tx, stored.key, status=Status.SCHEDULED.value, release_at=release_at, changed_at=occasion.now)
        return Receipt(replace(stored, status=Status.SCHEDULED, release_at=release_at), Result.CHANGED)
    return Receipt(_publish(tx, stored, occasion), Result.CHANGED)


def _publish(tx: Tx, stored: StoredArticle, occasion: Occasion) -> StoredArticle:
    """Release an article; one whose time ended before it came is never shown."""
    assert stored.article is not None
    if stored.article.expires_at is not None and stored.article.expires_at <= occasion.now:
        articles.change(tx, stored.key, status=Status.EXPIRED.value, release_at=None, changed_at=occasion.now)
        return replace(stored, status=Status.EXPIRED, release_at=None, changed_at=occasion.now)
    values = {"release_at": None, "released_at": stored.released_at or occasion.now, "changed_at": occasion.now}
    articles.change(tx, stored.key, status=Status.PUBLISHED.value, **values)
    after = articles.by_key(tx, stored.key)
    assert after is not None
    kind = Kind.PUBLISHED if stored.seq is None else Kind.RESTORED
    return announce(tx, after, News(kind), occasion)


async def keep_time(office: Office) -> datetime | None:
    """Do what the clock asks: release, expire, age. Returns when it asks next, None if never.

    What was missed while the service was down is done at the first call.
    """
    while await office.store.write(_keep_time, office.occasion(CLOCK)):
        pass
    return await office.store.read(_next_instant)


def _keep_time(tx: Tx, occasion: Occasion) -> bool:
    """Do one batch; tells whether there may be more."""
    released = articles.due_for_release(tx, now=occasion.now, limit=BATCH)
    for stored in released:
        _publish(tx, stored, occasion)
    expired = articles.due_for_expiry(tx, now=occasion.now, limit=BATCH)
    for stored in expired:
        _expire(tx, stored, occasion)
    ended = articles.due_for_rights(tx, now=occasion.now, limit=BATCH)
    for stored in ended:
        _end_rights(tx, stored, occasion)
    aged = memberships.aged(tx, now=occasion.now, limit=BATCH)
    _drop_aged(tx, aged, now=occasion.now)
    return bool(released or expired or ended or aged)


def _expire(tx: Tx, stored: StoredArticle, occasion: Occasion) -> None:
    articles.change(tx, stored.key, status=Status.EXPIRED.value, withdrawn_at=occasion.now, changed_at=occasion.now)
    after = replace(stored, status=Status.EXPIRED, withdrawn_at=occasion.now, changed_at=occasion.now)
    announce(tx, after, News(Kind.EXPIRED, Cause.EXPIRED), occasion)


def _end_rights(tx: Tx, stored: StoredArticle, occasion: Occasion) -> None:
    """Let what a right covered go from every partner: the whole story, or the story without a picture."""
    assert stored.article is not None
    later = rights.next_change(stored.article, after=occasion.now)
    articles.change(tx, stored.key, rights_end_at=later, changed_at=occasion.now)
    announce(
        tx, replace(stored, changed_at=occasion.now), News(Kind.UPDATED, reason="a right ended", urgent=True), occasion
    )


def _drop_aged(tx: Tx, aged: tuple[tuple[str, int], ...], *, now: datetime) -> None:
    if not aged:
        return
    seq = tx.next_seq()
    rows = [{"the_feed": feed, "key": key, "seq": seq, "at": now, "cause": "aged"} for feed, key in aged]
    memberships.leave(tx, rows)
    memberships.touch(tx, [feed for feed, _ in groupby(sorted(feed for feed, _key in aged))], seq=seq, at=now)


def _next_instant(tx: Tx) -> datetime | None:
    instants = (articles.next_instant(tx), memberships.next_leaving(tx))
    return min((at for at in instants if at is not None), default=None)


# How long the clock may sleep at most: another process may have scheduled something.
MAX_SLEEP = timedelta(seconds=60)
