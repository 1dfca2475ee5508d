"""What is owed to partners and not sent yet, in numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from syndicate.model.delivery import Lane
from syndicate.store.deliveries import UNSENT
from syndicate.store.tx import Tx

_OWED = select(UNSENT.c.partner, UNSENT.c.lane, func.count(), func.min(UNSENT.c.created_at)).group_by(
    UNSENT.c.partner, UNSENT.c.lane
)


@dataclass(frozen=True)
class Owed:
    """Unsent deliveries of one partner in one lane; `oldest_at` is when the oldest was made."""

    partner: str
    lane: Lane
    number: int
    oldest_at: datetime


def owed(tx: Tx) -> tuple[Owed, ...]:
    return tuple(Owed(partner, Lane(lane), number, oldest) for partner, lane, number, oldest in tx.run(_OWED))
