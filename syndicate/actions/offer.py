"""Offer partners that poll what is due to them: it enters their own feeds, instead of being sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from syndicate.actions.claim import Room, health_of, is_stopped, may_go, read_lanes_open
from syndicate.actions.office import Occasion, Office
from syndicate.actions.routes import routes_of
from syndicate.model.article import Article, Status
from syndicate.model.delivery import DeliveryState, EventType, Holding
from syndicate.model.journal import Cause
from syndicate.model.views import View, partner_key, polls, view_of
from syndicate.policy.gates.table import refusal_for
from syndicate.policy.rights import NotAllowed, shape_for_partner
from syndicate.store import articles, copies, deliveries, memberships, offers
from syndicate.store.leases import Claimed
from syndicate.store.tx import Tx

OFFERER = "offerer"
BATCH = 100
_ROOM = Room(normal=BATCH, retractions=BATCH, in_flight=0)
_MAY_HOLD = (Holding.HELD.value, Holding.POSSIBLE.value)
NOT_PUBLISHED = "the article is not published any more"


@dataclass(frozen=True)
class Offer:
    """A delivery that is due, with the article as it stood at that revision."""

    claimed: Claimed
    article: Article


@dataclass(frozen=True)
class Refusal:
    """A delivery that is due and must not go: the reason for operators, and why an earlier revision has to go."""

    claimed: Claimed
    reason: str
    cause: Cause


async def offer_due(office: Office) -> None:
    """Offer every polled partner what is due to it by now."""
    for name in await office.store.read(_waiting, office.now()):
        while await office.store.write(_offer, name, office.occasion(OFFERER)) == BATCH:
            pass


def _waiting(tx: Tx, now: datetime) -> tuple[str, ...]:
    """Return the partners to whom something is due that may go; nothing is locked while there is nothing to do.

    Nor may a pause or a halt allot a `seq` at every look: copies and caches outside follow each one.
    """
    named = [route.partner.name for route in routes_of(tx.generation).partners if polls(route.partner)]
    lanes = read_lanes_open(tx, named, now).items()
    return tuple(name for name, lane in lanes if lane is not None and offers.is_due(tx, name, lane=lane, now=now))


def _offer(tx: Tx, name: str, occasion: Occasion) -> int:
    """Offer one batch; returns how many deliveries it ended."""
    # The counter first: whoever changes an article holds it while it waits for that article's deliveries.
    seq = tx.next_seq()
    view = view_of(tx.declarations, partner_key(name))
    if view is None:
        return 0
    halted = is_stopped(tx)
    found = may_go(tx, name, _ROOM, health_of(tx, name, now=occasion.now), halted=halted, now=occasion.now)[:BATCH]
    if not found:
        return 0
    going = [each for each in found if each.delivery.type is EventType.RETRACTED]
    coming, refused = _judge(tx, view, [each for each in found if each not in going], now=occasion.now)
    _enter(tx, view, coming, seq=seq, now=occasion.now)
    _leave(tx, view, [(each, each.delivery.cause or Cause.DESELECTED) for each in going], seq=seq, now=occasion.now)
    deliveries.finish_waiting(tx, _ids(going), state=DeliveryState.DELIVERED, at=occasion.now, why=None)
    _skip(tx, view, refused, seq=seq, now=occasion.now)
    memberships.touch(tx, [view.key], seq=seq, at=occasion.now)
    return len(found)


def _judge(tx: Tx, view: View, found: Sequence[Claimed], *, now: datetime) -> tuple[list[Offer], list[Refusal]]:
    """Tell what the partner may have now from what it may not, with the reason."""
    kept = offers.records(tx, [(each.article_key, each.delivery.revision) for each in found])
    coming, refused = [], []
    for each in found:
        record = kept.get((each.article_key, each.delivery.revision))
        if record is None or each.status is not Status.PUBLISHED:
            refused.append(Refusal(each, NOT_PUBLISHED, Cause.RETRACTED))
            continue
        offer = Offer(each, articles.load(record))
        refusal = _refusal(tx, view, offer, now=now)
        if refusal is None:
            coming.append(offer)
        else:
            refused.append(refusal)
    return coming, refused


def _refusal(tx: Tx, view: View, offer: Offer, *, now: datetime) -> Refusal | None:
    assert view.partner is not None
    declared = tx.declarations
    shaped = shape_for_partner(offer.article, view.partner, declared.rights, now=now)
    if isinstance(shaped, NotAllowed):
        return Refusal(offer.claimed, shaped.reason, Cause.RIGHTS)
    # As the partner would get it: a picture it may not have cannot be in its way.
    reason = refusal_for(shaped, view.feed.dialect, view.feed, publisher=declared.publisher, now=now)
    return None if reason is None else Refusal(offer.claimed, reason, Cause.DESELECTED)


def _enter(tx: Tx, view: View, coming: Sequence[Offer], *, seq: int, now: datetime) -> None:
    before = offers.standing(tx, view.key, [each.claimed.article_key for each in coming])
    new = [each for each in coming if each.claimed.article_key not in before]
    back = [each for each in coming if before.get(each.claimed.article_key) is False]
    staying = [each for each in coming if before.get(each.claimed.article_key)]
    memberships.enter(tx, [_row(view, each.claimed, seq=seq, now=now) | _dates(each) for each in new])
    memberships.reenter(tx, [_keyed(view, each, seq=seq) | {"at": now} for each in back])
    memberships.change(tx, [_keyed(view, each, seq=seq) for each in staying])
    offers.mark(tx, [_marked(view, each.claimed, now=now) for each in (*back, *staying)])
    ids = [each.claimed.delivery.id for each in coming]
    # Nothing is held until it is fetched.
    copies.offer(tx, ids, at=now)
    deliveries.finish_waiting(tx, ids, state=DeliveryState.DELIVERED, at=now, why=None)


def _leave(tx: Tx, view: View, going: Sequence[tuple[Claimed, Cause]], *, seq: int, now: datetime) -> None:
    before = offers.standing(tx, view.key, [each.article_key for each, _ in going])
    keyed = {"the_feed": view.key, "seq": seq, "at": now}
    leaving = [(each, cause) for each, cause in going if each.article_key in before]
    memberships.leave(tx, [keyed | {"key": each.article_key, "cause": cause.value} for each, cause in leaving])
    offers.mark(tx, [_marked(view, each, now=now) for each, _ in leaving])
    # What was sent to it before it came to poll stands in no feed yet, and has to go all the same.
    sent_before = [(each, cause) for each, cause in going if each.article_key not in before]
    memberships.enter(tx, [_gone_row(view, each, cause, seq=seq, now=now) for each, cause in sent_before])


def _skip(tx: Tx, view: View, refused: Sequence[Refusal], *, seq: int, now: datetime) -> None:
    """Say why something does not go; an earlier revision that the partner has or may fetch goes."""
    before = offers.standing(tx, view.key, [each.claimed.article_key for each in refused])
    for each in refused:
        state = DeliveryState.SKIPPED
        deliveries.finish_waiting(tx, [each.claimed.delivery.id], state=state, at=now, why=each.reason)
        if before.get(each.claimed.article_key, each.claimed.holding in _MAY_HOLD):
            _leave(tx, view, [(each.claimed, each.cause)], seq=seq, now=now)


def _ids(claimed: Sequence[Claimed]) -> list[str]:
    return [each.delivery.id for each in claimed]


def _dates(offer: Offer) -> dict[str, Any]:
    return {"published_at": offer.article.published_at, "updated_at": offer.article.updated_at}


def _keyed(view: View, offer: Offer, *, seq: int) -> dict[str, Any]:
    return {"the_feed": view.key, "key": offer.claimed.article_key, "seq": seq, "leaves_at": None} | _dates(offer)


def _marked(view: View, claimed: Claimed, *, now: datetime) -> dict[str, Any]:
    return {"the_feed": view.key, "key": claimed.article_key, "new_revision": claimed.delivery.revision, "at": now}


def _gone_row(view: View, claimed: Claimed, cause: Cause, *, seq: int, now: datetime) -> dict[str, Any]:
    left = {"left_seq": seq, "left_at": now, "left_cause": cause.value}
    return _row(view, claimed, seq=seq, now=now) | left | {"published_at": now, "updated_at": now}


def _row(view: View, claimed: Claimed, *, seq: int, now: datetime) -> dict[str, Any]:
    return {
        "feed": view.key,
        "article_key": claimed.article_key,
        "article_id": claimed.delivery.article_id,
        "entered_seq": seq,
        "changed_seq": seq,
        "reentered_at": None,
        "left_seq": None,
        "left_at": None,
        "left_cause": None,
        "leaves_at": None,
        "revision": claimed.delivery.revision,
        "offered_at": now,
    }
