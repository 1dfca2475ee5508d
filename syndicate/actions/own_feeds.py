"""Keep the own feeds of polled partners in step with what is declared."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from syndicate.model.declarations import Declarations, PartnerDeclaration
from syndicate.model.views import partner_key, polls
from syndicate.store import memberships, offers
from syndicate.store.tx import Tx


def settle_own_feeds(
    tx: Tx, before: Declarations | None, after: Declarations, inherited: Mapping[str, str], *, seq: int, at: datetime
) -> None:
    """Give every polled partner's feed a head, move it where its document changed, empty it where it begins anew.

    `inherited` names, for partners that were renamed, the name before; its rows have been moved already.
    """
    known = memberships.heads(tx)
    for partner in after.partners:
        if not polls(partner):
            continue
        key, was = partner_key(partner.name), _was(before, inherited.get(partner.name, partner.name))
        if was is None:
            # A new partner counts from now on, and so does one that comes back; `replay` brings the past.
            offers.forget(tx, key)
        if key not in known:
            memberships.create_head(tx, key, seq=seq, at=at)
        elif before is None or was is None or _differs(before, after, was, partner):
            memberships.touch(tx, [key], seq=seq, at=at)


def _was(before: Declarations | None, name: str) -> PartnerDeclaration | None:
    partner = None if before is None else before.partner(name)
    return partner if partner is not None and polls(partner) else None


def _differs(before: Declarations, after: Declarations, was: PartnerDeclaration, partner: PartnerDeclaration) -> bool:
    """Tell whether a document may look different: its head, its profile, or which pictures may stand in it."""
    return was != partner or before.publisher != after.publisher or before.rights != after.rights
