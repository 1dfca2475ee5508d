"""The brake: too many changes within an hour hold what partners get, until an operator has looked."""

from __future__ import annotations

from syndicate.actions.claim import BRAKED, HALTED
from syndicate.actions.office import Occasion
from syndicate.store import meta, pace
from syndicate.store.tx import Tx


def count_change(tx: Tx, occasion: Occasion) -> None:
    """Count a change that partners are owed, after its `seq` was allotted; one too many puts the brake on.

    Two statements, whatever is stored: they stand in every commit that owes partners something.
    """
    pace.count(tx, at=occasion.now)
    limit = tx.declarations.changes_per_hour
    if pace.within_the_hour(tx, now=occasion.now) > limit and meta.get(tx, BRAKED) is None:
        meta.put(
            tx,
            BRAKED,
            f"more than {limit:,} {'change' if limit == 1 else 'changes'} within an hour, the last by {occasion.actor}",
        )
        # What is claimed and not begun is given up at once.
        tx.effects.deliveries = True


def why_stopped(tx: Tx) -> str | None:
    """Say why only retractions go out; None where everything does."""
    halted_by = meta.get(tx, HALTED)
    return meta.get(tx, BRAKED) if halted_by is None else f"halted by {halted_by}"


def release_brake(tx: Tx) -> None:
    """Let go, and count anew."""
    meta.remove(tx, BRAKED)
    pace.start_anew(tx)
