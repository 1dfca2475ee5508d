"""Forget what nobody needs any more: never a copy, a journal row or anything still owed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from syndicate.actions.office import Office
from syndicate.store import deliveries, idempotency, inbound
from syndicate.store.tx import Tx

KEPT_IDEMPOTENCY = timedelta(hours=72)
KEPT_INBOUND = timedelta(days=30)
KEPT_DELIVERIES = timedelta(days=90)
STEP = 1_000


@dataclass(frozen=True)
class Tidied:
    deliveries: int


async def tidy(office: Office, *, kept_deliveries: timedelta = KEPT_DELIVERIES) -> Tidied:
    """Remove finished deliveries, answers and ids past their time, in steps that leave room for other writers."""
    now = office.now()
    await office.store.write(_forget_ids, now)
    total = 0
    while removed := await office.store.write(deliveries.forget_finished, before=now - kept_deliveries, limit=STEP):
        total += removed
    return Tidied(total)


def _forget_ids(tx: Tx, now: datetime) -> None:
    idempotency.forget(tx, before=now - KEPT_IDEMPOTENCY)
    inbound.forget(tx, before=now - KEPT_INBOUND)
