"""One story and one partner: send it, withdraw it, note that a copy is gone, try a delivery again."""

from __future__ import annotations

from datetime import datetime

from syndicate.actions.account import account_of, may_go_onward
from syndicate.actions.office import Occasion, Office
from syndicate.actions.operate import must_route
from syndicate.actions.owing import Owed, owe_newest
from syndicate.actions.retract import must_find
from syndicate.errors import ConflictError, DeliveryNotFoundError, InvalidError, Violation
from syndicate.model.article import Status
from syndicate.model.delivery import DeliveryState, EventType
from syndicate.model.text import strip_forbidden
from syndicate.policy.rights import refusal_for_partner
from syndicate.store import copies, deliveries
from syndicate.store.copies import ByHand
from syndicate.store.tx import Tx


async def send_one(office: Office, article: str, partner: str, *, actor: str) -> None:
    """Send one story to one partner now, whatever its selection and schedule, and its changes from here on.

    The story's rights still hold. Raises ArticleNotFoundError, PartnerNotFoundError, ConflictError.
    """
    await office.store.write(_send_one, article, partner, office.occasion(actor))


def _send_one(tx: Tx, article: str, partner: str, occasion: Occasion) -> None:
    stored, route = must_find(tx, article), must_route(tx, partner)
    if stored.status is not Status.PUBLISHED or stored.article is None:
        raise ConflictError(f"article {stored.id} is {stored.status}", remedy="Only a published article can be sent.")
    if not may_go_onward(tx, stored):
        remedy = f"Set onward = true for [upstreams.{stored.upstream}] if its stories may go on to partners."
        raise ConflictError(f"stories of upstream {stored.upstream} may not go on to partners", remedy=remedy)
    refusal = refusal_for_partner(stored.article, route.partner, now=occasion.now)
    if refusal is not None:
        raise ConflictError(f"{partner} may not have it: {refusal.reason}", remedy="Change the article's rights.")
    copies.decide_by_hand(tx, partner, stored.key, stored.id, ByHand.SENT, at=occasion.now)
    owe_newest(tx, stored.key, route, occasion)


async def withdraw_one(office: Office, article: str, partner: str, *, actor: str) -> None:
    """Withdraw one story from one partner, which gets it no more; others keep it.

    Raises ArticleNotFoundError, PartnerNotFoundError.
    """
    await office.store.write(_withdraw_one, article, partner, office.occasion(actor))


def _withdraw_one(tx: Tx, article: str, partner: str, occasion: Occasion) -> None:
    stored, route = must_find(tx, article), must_route(tx, partner)
    copies.decide_by_hand(tx, partner, stored.key, stored.id, ByHand.WITHDRAWN, at=occasion.now)
    waiting = deliveries.waiting_of_article(tx, stored.key).get(partner)
    if waiting is not None and waiting.type is not EventType.RETRACTED:
        why = f"withdrawn by {occasion.actor}"
        deliveries.finish_waiting(tx, [waiting.id], state=DeliveryState.CANCELLED, at=occasion.now, why=why)
    if account_of(tx, stored, None).standing(route, now=occasion.now).begun:
        owe_newest(tx, stored.key, route, occasion)


async def confirm_copy(office: Office, partner: str, article: str, *, note: str) -> None:
    """Note that a person saw a copy gone. Raises ArticleNotFoundError, InvalidError."""
    await office.store.write(_confirm, partner, article, note, office.now())


def _confirm(tx: Tx, partner: str, article: str, note: str, now: datetime) -> None:
    stored = must_find(tx, article)
    if not copies.confirm_gone(tx, partner, stored.key, note=strip_forbidden(note), at=now):
        raise InvalidError("there is no such copy", [Violation("partner", f"{partner} never held {stored.id}")])
    copies.forget_of_erased(tx, [stored.key])


async def retry_delivery(office: Office, delivery_id: str, *, actor: str) -> Owed:
    """Bring the partner of a failed or waiting delivery to the article's newest state now.

    Raises DeliveryNotFoundError, PartnerNotFoundError, ConflictError.
    """
    return await office.store.write(_retry, delivery_id, office.occasion(actor))


def _retry(tx: Tx, delivery_id: str, occasion: Occasion) -> Owed:
    found = deliveries.by_id(tx, delivery_id)
    if found is None:
        raise DeliveryNotFoundError(delivery_id)
    route = must_route(tx, found.partner)
    if found.state not in (DeliveryState.FAILED, DeliveryState.WAITING):
        remedy = "Only a failed or waiting delivery can be retried."
        raise ConflictError(f"the delivery is {found.state}", remedy=remedy)
    # Never the old revision as such: it may have been corrected, withdrawn or delivered since.
    owed = owe_newest(tx, deliveries.key_of(tx, delivery_id), route, occasion)
    if owed is Owed.NOTHING:
        remedy = "The partner holds nothing of it and shall hold nothing."
        raise ConflictError("nothing is owed any more", remedy=remedy)
    return owed
