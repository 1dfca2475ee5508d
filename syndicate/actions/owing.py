"""Owe one partner the newest state of one article: what replays, retries and operators ask for."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

from syndicate.actions.account import account_of, facts_of, withdrawal_cause
from syndicate.actions.office import Occasion
from syndicate.actions.quota import within_quota
from syndicate.actions.routes import PartnerRoute
from syndicate.actions.spread import News, delivery_rows
from syndicate.model.delivery import Delivery, DeliveryState, EventType, Holding, Lane
from syndicate.model.journal import Kind
from syndicate.model.stored import StoredArticle
from syndicate.policy.planning import Owe
from syndicate.store import articles, copies, deliveries
from syndicate.store.tx import Tx


class Owed(Enum):
    """What a partner is owed of an article now."""

    NOTHING = "nothing"
    WAITS = "waits"
    """A delivery of it waits already, or is on its way."""
    RETRACTION = "retraction"
    UPSERT = "upsert"


def owe_newest(tx: Tx, key: int, route: PartnerRoute, occasion: Occasion, *, keeps_quota: bool = False) -> Owed:
    """Owe the newest state of an article to a partner, now; what is not a withdrawal waits for the partner's delay.

    A finished delivery of that very state starts again under its own id, so that the partner knows it.
    With `keeps_quota` a new story beyond the partner's quota is not owed.
    """
    stored = articles.by_key(tx, key)
    if stored is None or stored.seq is None:
        return Owed.NOTHING
    decision = _decide(tx, stored, route, occasion)
    if decision is None:
        return Owed.NOTHING
    partner = route.partner.name
    waiting = deliveries.waiting_of_article(tx, key).get(partner)
    if keeps_quota and _is_beyond_quota(tx, key, route, decision, occasion, waits=waiting is not None):
        return Owed.NOTHING
    if waiting is not None and _agree(waiting.type, decision.type):
        at_once = waiting.lane is not Lane.NORMAL
        due_at = occasion.now if at_once else _not_before(stored, route, occasion)
        deliveries.make_article_due(tx, partner, key, at=due_at)
        return Owed.WAITS
    if waiting is not None:
        deliveries.finish_waiting(tx, [waiting.id], state=DeliveryState.SUPERSEDED, at=occasion.now, why=None)
    if not _send_again(tx, stored, route, decision, occasion):
        return Owed.WAITS
    return Owed.RETRACTION if decision.type is EventType.RETRACTED else Owed.UPSERT


def owe_withdrawal(tx: Tx, key: int, route: PartnerRoute, occasion: Occasion) -> None:
    """Owe a partner a retraction where it holds what it may not hold any more; else nothing."""
    stored = articles.by_key(tx, key)
    if stored is None or stored.seq is None:
        return
    decision = _decide(tx, stored, route, occasion)
    if decision is not None and decision.type is EventType.RETRACTED:
        owe_newest(tx, key, route, occasion)


def _is_beyond_quota(tx: Tx, key: int, route: PartnerRoute, decision: Owe, occasion: Occasion, *, waits: bool) -> bool:
    held = copies.of_article(tx, key).get(route.partner.name)
    return within_quota(tx, key, route, decision, held, occasion, waits=waits) is not decision


def _decide(tx: Tx, stored: StoredArticle, route: PartnerRoute, occasion: Occasion) -> Owe | None:
    account = account_of(tx, stored, facts_of(tx, stored))
    standing = account.standing(route, now=occasion.now)
    if standing.wants and standing.refusal is None:
        return Owe(EventType.UPDATED if standing.begun else EventType.PUBLISHED, Lane.NORMAL)
    # Also where the last word was that it is gone: a replay says it once more.
    held = account.held.get(route.partner.name)
    if standing.begun or (held is not None and held.holding is Holding.WITHDRAWN):
        return Owe(EventType.RETRACTED, Lane.RETRACTION, withdrawal_cause(stored, standing))
    return None


def _send_again(tx: Tx, stored: StoredArticle, route: PartnerRoute, decision: Owe, occasion: Occasion) -> bool:
    """Make or start a delivery; tells whether one was needed."""
    assert stored.seq is not None
    last = deliveries.newest_of_article(tx, route.partner.name, stored.key)
    # What an operator asked for may have a seq later than the article's own.
    if last is not None and last.seq >= stored.seq and _says_the_same(last, decision):
        if last.state is not DeliveryState.SENDING:
            deliveries.retry(tx, last.id, now=occasion.now)
        return last.state is not DeliveryState.SENDING
    # A fresh seq: a partner that orders by it must see this after what it takes back.
    seq = tx.next_seq() if _overtakes(tx, stored, last, decision, route) else stored.seq
    news = News(Kind.UPDATED, public_note=stored.public_note)
    rows = delivery_rows(stored, route, decision, news, occasion, seq=seq)
    due_at = occasion.now if decision.at_once else _not_before(stored, route, occasion)
    deliveries.add(tx, [row | {"due_at": due_at} for row in rows])
    return True


def _not_before(stored: StoredArticle, route: PartnerRoute, occasion: Occasion) -> datetime:
    return route.not_before(released_at=stored.released_at or occasion.now, now=occasion.now)


def _overtakes(tx: Tx, stored: StoredArticle, last: Delivery | None, decision: Owe, route: PartnerRoute) -> bool:
    """Tell whether the partner may know as new a seq as the article's own, from something else than this."""
    assert stored.seq is not None
    if last is not None:
        return last.seq >= stored.seq and not _is_unsaid(last, decision, seq=stored.seq)
    # Deliveries are forgotten after a while; copies never are.
    held = copies.of_article(tx, stored.key).get(route.partner.name)
    return held is not None and (held.unsure or held.seq >= stored.seq)


def _is_unsaid(last: Delivery, decision: Owe, *, seq: int) -> bool:
    """Tell whether the same was to be said under the article's own seq, and was not."""
    return last.seq == seq and _agree(last.type, decision.type)


def _says_the_same(last: Delivery, decision: Owe) -> bool:
    went = last.state in (DeliveryState.SENDING, DeliveryState.DELIVERED, DeliveryState.FAILED)
    return went and _agree(last.type, decision.type)


def _agree(one: EventType, other: EventType) -> bool:
    """Tell whether both withdraw an article, or both bring it."""
    return (one is EventType.RETRACTED) == (other is EventType.RETRACTED)
