"""Leases of deliveries: kept while they are being sent, put back when their holder is gone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from syndicate.actions.claim import LEASE
from syndicate.actions.office import Office
from syndicate.store import deliveries, leases


async def renew(office: Office, tokens: Sequence[str]) -> None:
    """Keep the leases of what is still being sent."""
    await office.store.write(leases.renew, tokens, until=office.now() + LEASE)


async def recover(office: Office, *, alone: bool) -> int:
    """Put back what a process that is gone had claimed; `alone` means nobody else can hold a lease."""
    return await office.store.write(
        leases.release, now=office.now(), expired_at=None if alone else office.now()
    )


async def hand_back(office: Office, delivery_ids: Sequence[str]) -> None:
    """Put back what was claimed and not sent, at a graceful stop."""
    await office.store.write(leases.release, now=office.now(), ids=delivery_ids)


async def next_due(office: Office) -> datetime | None:
    return await office.store.read(deliveries.next_due)
