"""Leases of deliveries: kept while they are being sent, put back when their holder is gone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from syndicate.actions.claim import LEASE, Parcel
from syndicate.actions.office import Office
from syndicate.store import deliveries, leases


async def renew(office: Office, tokens: Sequence[str]) -> None:
    """Keep the leases of what is still being sent."""
    await office.store.write(leases.renew, tokens, until=office.now() + LEASE)


async def recover(office: Office, *, alone: bool) -> int:
    """Put back what a process that is gone had claimed; `alone` means nobody else can hold a lease."""
    release = leases.release_all if alone and not office.store.shared else leases.release_expired
    return await office.store.write(release, now=office.now())


async def hand_back(office: Office, parcels: Sequence[Parcel]) -> None:
    """Put back what was claimed and not sent, at a graceful stop."""
    held = [(parcel.delivery.id, parcel.token) for parcel in parcels]
    await office.store.write(leases.hand_back, held, now=office.now())


async def next_due(office: Office) -> datetime | None:
    return await office.store.read(deliveries.next_due)
