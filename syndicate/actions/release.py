"""Release what was scheduled or held, withdraw what expires, and let feeds drop what grew too old."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby

from syndicate.actions.accept import Receipt, Result, announce
from syndicate.actions.aside import Aside
from syndicate.actions.office import Occasion, Office
from syndicate.actions.retract import must_find
from syndicate.actions.spread import News
from syndicate.errors import NotHeldError, StoreError
from syndicate.model.article import Status
from syndicate.model.journal import Cause, Kind
from syndicate.model.stored import StoredArticle
from syndicate.policy import change, rights
from syndicate.store import articles, memberships
from syndicate.store.tx import Tx

logger = logging.getLogger(__name__)

CLOCK = "clock"
BATCH = 100
# Finds key and id of articles for which the time has come, and does to one what that asks for.
Due = Callable[..., tuple[tuple[int, str], ...]]
Act = Callable[[Tx, StoredArticle, Occasion], object]


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
        tx.effects.instants = True
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


async def keep_time(office: Office, aside: Aside | None = None) -> datetime | None:
    """Do what the clock asks: release, expire, age. Returns when it asks next, None if never.

    What was missed while the service was down is done at the first call. `aside` remembers between calls which
    articles cannot be handled.
    """
    aside = Aside() if aside is None else aside
    while await _one_batch(office, aside):
        pass
    return await office.store.read(_next_instant, aside, now=office.now())


async def _one_batch(office: Office, aside: Aside) -> bool:
    """Do one batch; tells whether there may be more."""
    occasion = office.occasion(CLOCK)
    try:
        return await office.store.write(_keep_time, aside, occasion)
    except StoreError:
        raise
    except Exception:  # what one article brings about must not hold up all others: the batch is done without it
        if aside.at is None:
            raise
        key, article_id = aside.at
        until = aside.put(key, now=occasion.now)
        logger.exception("article.set_aside", extra={"article": article_id, "until": until.isoformat()})
        return True


def _keep_time(tx: Tx, aside: Aside, occasion: Occasion) -> bool:
    """Do one batch; tells whether there may be more."""
    done = sum(_do_due(tx, due, act, aside, occasion) for due, act in DUE)
    aged = memberships.aged(tx, now=occasion.now, limit=BATCH)
    _drop_aged(tx, aged, now=occasion.now)
    return bool(done or aged)


def _do_due(tx: Tx, due: Due, act: Act, aside: Aside, occasion: Occasion) -> int:
    """Do to every article that is due what is due; `aside.at` tells whom to blame where that fails."""
    aside.at, skipped = None, aside.keys(now=occasion.now)
    found = due(tx, now=occasion.now, limit=BATCH + len(skipped))
    doing = [each for each in found if each[0] not in skipped]
    for key, article_id in doing:
        aside.at = key, article_id
        stored = articles.by_key(tx, key)
        assert stored is not None
        act(tx, stored, occasion)
    aside.at = None
    return len(doing)


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
    rows = [{"the_feed": feed, "key": key, "seq": seq, "at": now, "cause": memberships.AGED} for feed, key in aged]
    memberships.leave(tx, rows)
    memberships.touch(tx, [feed for feed, _ in groupby(sorted(feed for feed, _key in aged))], seq=seq, at=now)


# What may be due, and what is done about it, in this order: what ended before it came is never shown.
DUE: tuple[tuple[Due, Act], ...] = (
    (articles.due_for_release, _publish),
    (articles.due_for_expiry, _expire),
    (articles.due_for_rights, _end_rights),
)


def _next_instant(tx: Tx, aside: Aside, *, now: datetime) -> datetime | None:
    instants = (articles.next_instant(tx, but=aside.keys(now=now)), memberships.next_leaving(tx), aside.ends_at)
    return min((at for at in instants if at is not None), default=None)


# How long the clock may sleep at most: another process may have scheduled something.
MAX_SLEEP = timedelta(seconds=60)
