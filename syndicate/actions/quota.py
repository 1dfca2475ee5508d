"""Keep a partner to its quota of new stories, in the transaction that owes them."""

from __future__ import annotations

from syndicate.actions.office import Occasion
from syndicate.actions.routes import PartnerRoute
from syndicate.model.declarations import Rate
from syndicate.model.delivery import EventType
from syndicate.policy.planning import Owe, Plan, Skip
from syndicate.policy.quota import begins_at, refusal_for_quota
from syndicate.store import deliveries
from syndicate.store.copies import ByHand, Held
from syndicate.store.tx import Tx


def within_quota(
    tx: Tx, key: int, route: PartnerRoute, decision: Plan, held: Held | None, occasion: Occasion, *, waits: bool
) -> Plan:
    """Return the decision, or that the story is skipped: a new one beyond the partner's quota.

    What waits to go has its place already, and what an operator sent needs none.
    """
    quota = route.partner.quota
    new = isinstance(decision, Owe) and decision.type is EventType.PUBLISHED and not waits
    if quota is None or not new or (held is not None and held.by_hand is ByHand.SENT):
        return decision
    refusal = _refusal(tx, key, route.partner.name, quota, occasion)
    return decision if refusal is None else Skip(refusal)


def _refusal(tx: Tx, key: int, partner: str, quota: Rate, occasion: Occasion) -> str | None:
    # Whoever owes something holds the counter of changes: nobody else can take the last place meanwhile.
    since = begins_at(quota, now=occasion.now)
    return refusal_for_quota(quota, deliveries.new_stories(tx, partner, since=since, but=key))
