"""Note what polled partners fetch: a copy like any other."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from syndicate.actions.office import Office
from syndicate.model.delivery import Holding
from syndicate.store import copies, offers
from syndicate.store.offers import Carried
from syndicate.store.tx import Tx


async def note_fetched(office: Office, partner: str, carried: Sequence[Carried]) -> None:
    """Write that a partner holds what an answer carries, before it is answered; nothing where all is noted."""
    unnoted = await office.store.read(offers.unnoted, partner, carried)
    if unnoted:
        await office.store.write(_note, partner, unnoted, office.now())


def _note(tx: Tx, partner: str, carried: Sequence[Carried], now: datetime) -> None:
    rows = [
        {
            "the_partner": partner,
            "key": each.article_key,
            "new_holding": (Holding.WITHDRAWN if each.gone else Holding.HELD).value,
            "new_revision": each.revision,
            "new_seq": each.seq,
            "at": now,
        }
        for each in carried
    ]
    copies.fetched(tx, rows)
