"""Leases of deliveries: kept while they are being sent, put back when their holder is gone."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from syndicate.actions.claim import LEASE, Parcel, still_leased
from syndicate.actions.office import Office
from syndicate.actions.record import held_before
from syndicate.store import copies, deliveries, leases
from syndicate.store.tx import Tx


async def renew(office: Office, tokens: Sequence[str]) -> frozenset[str]:
    """Keep the leases of what is still being sent; returns the tokens that still lease something."""
    return await office.store.write(leases.renew, tokens, until=office.now() + LEASE)


async def recover(office: Office, *, alone: bool, ours: Collection[str] = ()) -> int:
    """Put back what a process that is gone had claimed; `alone` means nobody else can hold a lease.

    `ours` are tokens this process holds, by a clock that does not jump.
    """
    if alone and not office.store.shared:
        return await office.store.write(leases.release_all, now=office.now())
    return await office.store.write(leases.release_expired, now=office.now(), kept=ours)


async def hand_back(office: Office, parcels: Sequence[Parcel]) -> None:
    """Put back what was claimed and not sent: the partners hold what they held before."""
    await office.store.write(_hand_back, parcels, office.now())


def _hand_back(tx: Tx, parcels: Sequence[Parcel], now: datetime) -> None:
    ours = still_leased(tx, parcels)
    copies.refused(tx, [held_before(parcel, now=now) for parcel in ours])
    leases.hand_back(tx, [parcel.lease for parcel in ours], now=now)
    tx.effects.deliveries = True


async def date_back(office: Office, *, by: timedelta) -> None:
    """Date what waits without a schedule back by as much as the clock was put back, or it would wait for so long."""
    await office.store.write(_date_back, by, office.now())


def _date_back(tx: Tx, by: timedelta, now: datetime) -> None:
    waiting = deliveries.unscheduled_after(tx, now)
    deliveries.redate(tx, [(each, max(due_at - by, now)) for each, due_at in waiting])


async def next_due(office: Office) -> datetime | None:
    return await office.store.read(deliveries.next_due)
