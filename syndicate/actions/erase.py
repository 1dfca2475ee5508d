"""Erase a retracted article: every text, revision, payload and picture; id, times and the case stay."""

from __future__ import annotations

import asyncio
from datetime import datetime

from syndicate.actions.accept import own_media_in
from syndicate.actions.office import Office
from syndicate.actions.pictures import PictureStorage
from syndicate.actions.purge import owe_pictures
from syndicate.actions.retract import must_find
from syndicate.errors import NotRetractedError
from syndicate.model.article import Status
from syndicate.model.journal import Cause
from syndicate.model.stored import StoredArticle
from syndicate.store import articles, copies, deliveries, history, idempotency, journal, memberships, offers, pictures
from syndicate.store.tx import Tx


async def erase(office: Office, storage: PictureStorage, name: str, *, case: str) -> StoredArticle:
    """Erase a retracted article; `case` says on whose request. What was begun is finished by a second call.

    Raises ArticleNotFoundError, NotRetractedError.
    """
    stored, orphans = await office.store.write(_erase, name, case, office.now())
    for orphan in orphans:
        await asyncio.to_thread(storage.remove, orphan)
    await office.store.scrub()
    return stored


def _ever_shown(tx: Tx, key: int) -> tuple[str, ...]:
    """Return the pictures that any revision of an article showed."""
    records = (each["record"] for each in articles.revisions_of(tx, key))
    return tuple({name for record in records if record is not None for name in own_media_in(tx, record)})


def _erase(tx: Tx, name: str, case: str, now: datetime) -> tuple[StoredArticle, tuple[str, ...]]:
    stored = must_find(tx, name)
    if stored.status is not Status.RETRACTED:
        raise NotRetractedError(f"article {stored.id} is not retracted")
    shown = _ever_shown(tx, stored.key)
    orphans = pictures.shown_by_no_other(tx, stored.key, shown)
    articles.erase(tx, stored.key, case=case)
    journal.erase_reasons(tx, stored.key)
    copies.erase_notes(tx, stored.key)
    deliveries.erase_texts(tx, stored.key)
    idempotency.erase_answers_naming(tx, stored.id)
    pictures.forget(tx, orphans)
    seq = tx.next_seq()
    owe_pictures(tx, shown)
    # A polled partner that was not told yet, for it is paused, is told by a tombstone and shown no text.
    offered = [{"the_feed": feed, "key": stored.key} for feed in offers.feeds_with(tx, stored.key)]
    memberships.leave(tx, [row | {"seq": seq, "at": now, "cause": Cause.RETRACTED.value} for row in offered])
    # The public note stood in the tombstones of these feeds.
    history.mark_changed(tx, stored.key, seq=seq)
    memberships.touch(tx, tuple(memberships.of_article(tx, stored.key)), seq=seq, at=now)
    tx.effects.articles.add(stored.slug)
    return must_find(tx, stored.id), orphans
