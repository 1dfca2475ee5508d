"""Show exactly what a partner would be sent of an article now, without sending it."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

from syndicate.actions.account import account_of, facts_of, withdrawal_cause
from syndicate.actions.claim import Parcel
from syndicate.actions.office import Occasion, Office
from syndicate.actions.own_preview import own_preview
from syndicate.actions.retract import must_find
from syndicate.actions.routes import PartnerRoute, routes_of
from syndicate.actions.send import Connections
from syndicate.connectors.contract import Preview
from syndicate.errors import ArticleRetractedError, ConflictError, PartnerNotFoundError
from syndicate.model.article import Status
from syndicate.model.delivery import Copy, Delivery, DeliveryState, EventType, Lane
from syndicate.model.stored import StoredArticle
from syndicate.model.views import polls
from syndicate.policy.planning import Standing
from syndicate.policy.rights import NotAllowed
from syndicate.render.event import is_plain
from syndicate.store import articles, copies, deliveries
from syndicate.store.leases import Claimed
from syndicate.store.tx import Tx


@dataclass(frozen=True)
class Previewed:
    """The request as it would go out; `owed` is false where only `articles send` would make it go."""

    preview: Preview
    owed: bool


async def preview(office: Office, connections: Connections, partner: str, article: str) -> Previewed:
    """Make the request a partner would be sent now, and send nothing.

    Raises PartnerNotFoundError, ArticleNotFoundError, ConflictError where the article's rights forbid it.
    """
    parcel, owed = await office.store.read(_parcel, partner, article, office.occasion("preview"))
    connector = connections.connector(partner)
    if connector is None:
        raise PartnerNotFoundError(partner)
    sending = parcel.sending(now=office.now())
    if isinstance(sending, NotAllowed):
        raise ConflictError(f"{partner} may not have it: {sending.reason}", remedy="Change the article's rights.")
    if polls(parcel.partner):
        return Previewed(await office.store.read(own_preview, parcel, office.now()), owed)
    return Previewed(connector.preview(sending), owed)


def _parcel(tx: Tx, partner: str, article: str, occasion: Occasion) -> tuple[Parcel, bool]:
    route = routes_of(tx.generation).partner(partner)
    if route is None:
        raise PartnerNotFoundError(partner)
    stored = must_find(tx, article)
    if stored.article is None:
        raise ArticleRetractedError(f"article {stored.id} was erased", remedy="Nothing of it is left to send.")
    held = next(iter(copies.listing(tx, key=stored.key, partner=partner, limit=1)), None)
    standing = account_of(tx, stored, facts_of(tx, stored)).standing(route, now=occasion.now)
    waiting = deliveries.waiting_of_article(tx, stored.key).get(partner)
    delivery = deliveries.by_id(tx, waiting.id) if waiting is not None else None
    if delivery is None:
        delivery = _made_up(stored, route, standing, occasion)
    settled = _settled(delivery, standing)
    parcel = Parcel(_claimed(stored, settled, held), route.partner, "", tx.declarations)
    return parcel, waiting is not None or standing.wants or standing.begun


def _made_up(stored: StoredArticle, route: PartnerRoute, standing: Standing, occasion: Occasion) -> Delivery:
    """Make the delivery that the article would be owed if it changed now."""
    unwanted = standing.begun and (not standing.wants or standing.refusal is not None)
    withdrawn = unwanted or stored.status in (Status.RETRACTED, Status.EXPIRED)
    kind = EventType.RETRACTED if withdrawn else EventType.UPDATED
    return Delivery(
        id=occasion.new_id("msg"),
        partner=route.partner.name,
        article_id=stored.id,
        revision=stored.revision,
        seq=stored.seq or 0,
        type=kind,
        lane=Lane.RETRACTION if withdrawn else Lane.NORMAL,
        cause=withdrawal_cause(stored, standing) if withdrawn else None,
        public_note=stored.public_note if withdrawn else None,
        state=DeliveryState.WAITING,
        due_at=occasion.now,
        created_at=occasion.now,
        owed_at=occasion.now,
        attempts=0,
        finished_at=None,
        reason=None,
    )


def _settled(delivery: Delivery, standing: Standing) -> Delivery:
    """The first event to a partner that holds nothing is a publication, as when it is claimed."""
    if delivery.type is EventType.RETRACTED or standing.begun:
        return delivery
    return replace(delivery, type=EventType.PUBLISHED)


def _claimed(stored: StoredArticle, delivery: Delivery, held: Copy | None) -> Claimed:
    assert stored.article is not None
    record = articles.dump(stored.article)
    return Claimed(
        delivery=delivery,
        article_key=stored.key,
        status=stored.status,
        record=record,
        is_plain=is_plain(record),
        slug=stored.slug,
        url=stored.url,
        holding=None if held is None else held.holding.value,
        unsure_revision=None,
        remote=None if held is None else json.dumps(held.remote),
        tries=0,
    )
