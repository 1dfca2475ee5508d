"""Forget what nobody needs any more: never a copy, a journal row or anything still owed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from syndicate.actions.office import Office
from syndicate.store import attempts, deliveries, idempotency, inbound, meta, pace, readers, served
from syndicate.store.columns import EPOCH
from syndicate.store.tx import Tx

KEPT_IDEMPOTENCY = timedelta(hours=72)
KEPT_INBOUND = timedelta(days=30)
KEPT_PACE = timedelta(hours=2)
STEP = 1_000
# Up to when the attempts of finished deliveries are gone, so that no run looks at the same deliveries again.
FORGOTTEN = "attempts_forgotten_until"


@dataclass(frozen=True)
class Kept:
    """How long finished deliveries are kept, what each attempt at them brought, readers that come no more, and which
    editions left.
    """

    deliveries: timedelta = timedelta(days=90)
    attempts: timedelta = timedelta(days=30)
    readership: timedelta = timedelta(days=30)
    editions: timedelta = timedelta(days=90)


@dataclass(frozen=True)
class Tidied:
    deliveries: int


async def tidy(office: Office, kept: Kept) -> Tidied:
    """Remove what is past its time: finished deliveries, attempts, answers, ids; in steps that let others write."""
    now = office.now()
    await office.store.write(_forget_ids, now)
    await office.store.write(readers.forget, before=now - kept.readership)
    total = 0
    finished = max(kept.deliveries, await office.store.read(_longest_quota))
    while removed := await office.store.write(deliveries.forget_finished, before=now - finished, limit=STEP):
        total += removed
    await _forget_attempts(office, before=now - kept.attempts)
    while await office.store.write(served.forget, before=now - kept.editions, limit=STEP):
        pass
    return Tidied(total)


def _longest_quota(tx: Tx) -> timedelta:
    """Return for how long deliveries count towards a partner's quota."""
    return max((each.quota.per for each in tx.declarations.partners if each.quota), default=timedelta(0))


async def _forget_attempts(office: Office, *, before: datetime) -> None:
    known = await office.store.read(meta.get, FORGOTTEN)
    last: tuple[datetime, str] | None = (datetime.fromisoformat(known) if known else EPOCH, "")
    while last is not None and last[0] < before:
        last = await office.store.write(attempts.forget_of_finished, after=last, before=before, limit=STEP)
    if known is None or datetime.fromisoformat(known) < before:
        await office.store.write(meta.put, FORGOTTEN, before.isoformat())


def _forget_ids(tx: Tx, now: datetime) -> None:
    idempotency.forget(tx, before=now - KEPT_IDEMPOTENCY)
    inbound.forget(tx, before=now - KEPT_INBOUND)
    pace.forget(tx, before=now - KEPT_PACE)
