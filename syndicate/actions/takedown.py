"""Take a story down: who has a copy, what is on its way to them, and whom to call."""

from __future__ import annotations

from dataclasses import dataclass

from syndicate.actions.office import Office
from syndicate.actions.retract import must_find
from syndicate.model.delivery import Copy, Delivery, Holding
from syndicate.store import copies, deliveries
from syndicate.store.tx import Tx

MAX_COPIES = 10_000


@dataclass(frozen=True)
class CopyAtPartner:
    """A copy, its partner's contact, and the newest delivery of the article to that partner."""

    copy: Copy
    contact: str | None
    delivery: Delivery | None

    @property
    def gone(self) -> bool:
        """Tell whether the partner certainly shows the article no more."""
        return self.copy.holding in (Holding.WITHDRAWN, Holding.NONE)


async def list_takedown(office: Office, name: str) -> tuple[CopyAtPartner, ...]:
    """Return every copy of an article, those that remain first. Raises ArticleNotFoundError."""
    return await office.store.read(_list_takedown, name)


def _list_takedown(tx: Tx, name: str) -> tuple[CopyAtPartner, ...]:
    stored = must_find(tx, name)
    newest = {each.partner: each for each in deliveries.of_article(tx, stored.key)}
    contacts = {partner.name: partner.contact for partner in tx.declarations.partners}
    found = [
        CopyAtPartner(copy, contacts.get(copy.partner), newest.get(copy.partner))
        for copy in copies.listing(tx, key=stored.key, partner=None, limit=MAX_COPIES)
    ]
    return tuple(sorted(found, key=lambda each: (each.gone, each.copy.partner)))
