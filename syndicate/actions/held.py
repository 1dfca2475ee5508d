"""What partners had at a moment: told from what they took, or were offered where they poll."""

from __future__ import annotations

from datetime import datetime

from syndicate.actions.moments import moment_of
from syndicate.actions.office import Office
from syndicate.errors import PartnerNotFoundError
from syndicate.store import past
from syndicate.store.past import Had
from syndicate.store.tx import Tx

__all__ = ["Had", "held_by"]


async def held_by(office: Office, partner: str, at: datetime, *, limit: int, name: str = "as_of") -> tuple[Had, ...]:
    """Return what a partner had at an instant, as far as deliveries are kept. Raises PartnerNotFoundError.

    Raises InvalidQueryError for an instant of which nothing can be told.
    """
    return await office.store.read(_held_by, partner, at, office.now(), limit, name)


def _held_by(tx: Tx, partner: str, at: datetime, now: datetime, limit: int, name: str) -> tuple[Had, ...]:
    if tx.declarations.partner(partner) is None:
        raise PartnerNotFoundError(partner)
    moment_of(tx, at, now=now, name=name)
    return past.taken(tx, partner, at, limit=limit)
