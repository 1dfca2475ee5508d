"""The brake: too many changes within an hour hold what partners get, until an operator has looked."""

from __future__ import annotations

from syndicate.actions.claim import BRAKED
from syndicate.actions.office import Occasion
from syndicate.store import meta, pace
from syndicate.store.tx import Tx


def count_change(tx: Tx, occasion: Occasion) -> None:
    """Count a change that partners are owed, after its `seq` was allotted; one too many puts the brake on.

    Two statements, whatever is stored: they stand in every commit.
    """
    pace.count(tx, at=occasion.now)
    limit = tx.declarations.changes_per_hour
    if pace.within_the_hour(tx, now=occasion.now) > limit and meta.get(tx, BRAKED) is None:
        meta.put(tx, BRAKED, f"more than {limit:,} changes within an hour, the last by {occasion.actor}")
        # What is claimed and not begun is given up at once.
        tx.effects.deliveries = True


def release_brake(tx: Tx) -> None:
    """Let go, and count anew."""
    meta.remove(tx, BRAKED)
    pace.start_anew(tx)
