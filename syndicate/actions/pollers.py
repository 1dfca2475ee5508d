"""How partners that poll do: when they last came, how long news waits for them, since when they are missed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from syndicate.actions.office import Office
from syndicate.model.readers import Reader
from syndicate.model.views import partner_key, polls
from syndicate.store import lags, readers
from syndicate.store.lags import OfferTimes
from syndicate.store.tx import Tx

# Which offers count for the lag that is shown.
LAG_OVER = timedelta(days=7)
MOST_OFFERS = 1_000


@dataclass(frozen=True)
class Lag:
    """From publication (the offer in its own feed) to first fetch, over the offers of a week.

    `waiting` counts those not fetched yet, the oldest offered at `waiting_since`.
    """

    fetched: int = 0
    usual: timedelta | None = None
    longest: timedelta | None = None
    waiting: int = 0
    waiting_since: datetime | None = None


@dataclass(frozen=True)
class Polling:
    """`reader` is what its polls come to, None before the first."""

    partner: str
    reader: Reader | None
    lag: Lag

    @property
    def silent_since(self) -> datetime | None:
        return None if self.reader is None else self.reader.silent_since


async def pollings(office: Office) -> Mapping[str, Polling]:
    """Return how every partner does that is declared to poll."""
    return await office.store.read(read_pollings, office.now())


def read_pollings(tx: Tx, now: datetime) -> dict[str, Polling]:
    """Return how every partner does that is declared to poll."""
    came = {each.feed: each for each in readers.partners(tx)}
    names = [partner.name for partner in tx.declarations.partners if polls(partner)]
    return {name: Polling(name, came.get(partner_key(name)), _lag(tx, name, now)) for name in names}


def _lag(tx: Tx, name: str, now: datetime) -> Lag:
    return lag_of(lags.latest(tx, partner_key(name), name, since=now - LAG_OVER, limit=MOST_OFFERS))


def lag_of(offers: Sequence[OfferTimes]) -> Lag:
    """Sum up how long offers waited to be fetched."""
    # A copy may be as new by another way, sent by hand before it was offered.
    took = [max(each.fetched_at - each.offered_at, timedelta(0)) for each in offers if each.fetched_at is not None]
    waiting = [each.offered_at for each in offers if each.fetched_at is None]
    return Lag(
        fetched=len(took),
        usual=timedelta(seconds=median(each.total_seconds() for each in took)) if took else None,
        longest=max(took, default=None),
        waiting=len(waiting),
        waiting_since=min(waiting, default=None),
    )
