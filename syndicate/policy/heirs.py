"""Who takes over from whom when partners change their names."""

from __future__ import annotations

from collections.abc import Mapping

from syndicate.model.declarations import Declarations, PartnerDeclaration


def heirs(before: Declarations, after: Declarations) -> Mapping[str, str]:
    """Return the partners that change their names from `before` to `after`, all at once: new name → former name.

    A name may go from one to the other, in a chain or in a ring. A `renamed_from` that was there before is history.
    """
    found = {
        partner.name: partner.renamed_from
        for partner in after.partners
        if partner.renamed_from is not None and _is_said_now(before, partner)
    }
    while True:
        given_up = set(found.values())
        # Nobody takes the name of a partner that keeps it, or inherits from one that stays.
        sound = {
            new: old
            for new, old in found.items()
            if (before.partner(new) is None or new in given_up) and (after.partner(old) is None or old in found)
        }
        if sound == found:
            return sound
        found = sound


def _is_said_now(before: Declarations, partner: PartnerDeclaration) -> bool:
    was = before.partner(partner.name)
    return was is None or was.renamed_from != partner.renamed_from
