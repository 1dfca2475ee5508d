"""What operators do: halt and resume, pause a partner, replay, send or withdraw one story, try a delivery again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from syndicate.actions.claim import HALTED, health_to_change
from syndicate.actions.office import Occasion, Office
from syndicate.actions.retract import must_find
from syndicate.actions.routes import PartnerRoute, routes_of
from syndicate.actions.spread import News, delivery_rows, standing_of, withdrawal_cause
from syndicate.errors import (
    ConflictError,
    DeliveryNotFoundError,
    InvalidError,
    PartnerNotFoundError,
    Violation,
)
from syndicate.model.article import Status
from syndicate.model.delivery import DeliveryState, EventType, Lane
from syndicate.model.journal import Cause, Kind
from syndicate.model.stored import StoredArticle
from syndicate.policy import health
from syndicate.policy.planning import Owe
from syndicate.policy.rights import refusal_for_partner
from syndicate.store import articles, copies, deliveries, meta, partners
from syndicate.store.tx import Tx

REPLAY_STEP = 100


async def halt(office: Office, *, actor: str) -> None:
    """Stop everything outgoing but retractions."""
    await office.store.write(meta.put, HALTED, actor)


async def lift_halt(office: Office) -> None:
    """Let everything go out again."""
    await office.store.write(_lift_halt)


def _lift_halt(tx: Tx) -> None:
    meta.remove(tx, HALTED)
    tx.effects.deliveries = True


async def halted_by(office: Office) -> str | None:
    """Return who halted the service, None while it runs."""
    return await office.store.read(meta.get, HALTED)


# --- partners ------------------------------------------------------------------------------------------------------


async def pause_partner(office: Office, name: str, *, reason: str, actor: str) -> None:
    """Send a partner nothing, not even retractions, until it is resumed. Raises PartnerNotFoundError."""
    await office.store.write(_pause, name, f"{reason} ({actor})", office.occasion(actor))


def _pause(tx: Tx, name: str, reason: str, occasion: Occasion) -> None:
    _route(tx, name)
    paused = health.pause(health_to_change(tx, name, now=occasion.now), now=occasion.now, reason=reason)
    partners.set_health(tx, name, paused.model_dump_json(), at=occasion.now)


async def resume_partner(office: Office, name: str, *, actor: str) -> None:
    """Make a partner healthy again and let what waits for another try go now. Raises PartnerNotFoundError."""
    await office.store.write(_resume, name, office.occasion(actor))


def _resume(tx: Tx, name: str, occasion: Occasion) -> None:
    _route(tx, name)
    resumed = health.resume(health_to_change(tx, name, now=occasion.now), now=occasion.now)
    partners.set_health(tx, name, resumed.model_dump_json(), at=occasion.now)
    deliveries.make_due(tx, name, now=occasion.now)


def _route(tx: Tx, name: str) -> PartnerRoute:
    route = routes_of(tx.generation).partner(name)
    if route is None:
        raise PartnerNotFoundError(name)
    return route


@dataclass(frozen=True)
class Replayed:
    """How many articles a replay looked at, and how many deliveries it made."""

    articles: int
    retractions: int
    others: int


async def replay(office: Office, name: str, *, since: datetime, actor: str) -> Replayed:
    """Bring a partner to the newest state of every article that changed since then, retractions first.

    Nothing that waits already is made twice. Raises PartnerNotFoundError.
    """
    found = await office.store.read(_changed_keys, name, since)
    done = [0, 0]
    for step in (found[start : start + REPLAY_STEP] for start in range(0, len(found), REPLAY_STEP)):
        retractions, others = await office.store.write(_replay, name, step, office.occasion(actor))
        done = [done[0] + retractions, done[1] + others]
    return Replayed(len(found), *done)


def _changed_keys(tx: Tx, name: str, since: datetime) -> tuple[int, ...]:
    _route(tx, name)
    return articles.keys_changed_since(tx, since)


def _replay(tx: Tx, name: str, keys: tuple[int, ...], occasion: Occasion) -> tuple[int, int]:
    """Owe the newest state of a few articles; returns how many retractions and how many others."""
    route = _route(tx, name)
    retractions = others = 0
    for key in keys:
        stored = articles.by_key(tx, key)
        if stored is None or stored.seq is None:
            continue
        owed = _owed_for_replay(tx, stored, route, now=occasion.now)
        if owed is not None and _owe(tx, stored, route, owed, occasion):
            retractions += owed.lane is Lane.RETRACTION
            others += owed.lane is not Lane.RETRACTION
    return retractions, others


def _owed_for_replay(tx: Tx, stored: StoredArticle, route: PartnerRoute, *, now: datetime) -> Owe | None:
    standing = standing_of(tx, stored, route, now=now)
    if standing.wants and standing.refusal is None:
        kind = EventType.UPDATED if standing.begun else EventType.PUBLISHED
        return Owe(kind, Lane.NORMAL)
    if standing.begun or copies.was_offered(tx, route.partner.name, stored.key):
        return Owe(EventType.RETRACTED, Lane.RETRACTION, withdrawal_cause(stored, standing))
    return None


def _owe(tx: Tx, stored: StoredArticle, route: PartnerRoute, owed: Owe, occasion: Occasion) -> bool:
    """Make a delivery unless one of the same kind waits; it goes now."""
    waiting = deliveries.waiting_of_article(tx, stored.key).get(route.partner.name)
    if waiting is not None:
        return False
    assert stored.seq is not None
    # What was withdrawn from this partner alone has a newer seq than the article; a partner goes by it.
    told = deliveries.newest_seq(tx, route.partner.name, stored.key)
    seq = stored.seq if told <= stored.seq else tx.next_seq()
    news = News(Kind.UPDATED, public_note=stored.public_note)
    rows: list[dict[str, Any]] = delivery_rows(stored, route, owed, news, occasion, seq=seq)
    deliveries.add(tx, [row | {"due_at": occasion.now} for row in rows])
    return True


# --- one story, one partner ----------------------------------------------------------------------------------------


async def send_one(office: Office, article: str, partner: str, *, actor: str) -> None:
    """Send one story to one partner now, whatever its selection and schedule; its rights still hold.

    Raises ArticleNotFoundError, PartnerNotFoundError, ConflictError.
    """
    await office.store.write(_send_one, article, partner, office.occasion(actor))


def _send_one(tx: Tx, article: str, partner: str, occasion: Occasion) -> None:
    stored, route = must_find(tx, article), _route(tx, partner)
    if stored.status is not Status.PUBLISHED or stored.article is None:
        raise ConflictError(f"article {stored.id} is {stored.status}", remedy="Only a published article can be sent.")
    refusal = refusal_for_partner(stored.article, route.partner, now=occasion.now)
    if refusal is not None:
        raise ConflictError(f"{partner} may not have it: {refusal.reason}", remedy="Change the article's rights.")
    held = copies.of_article(tx, stored.key).get(partner)
    kind = EventType.UPDATED if held is not None and held.begun else EventType.PUBLISHED
    if not _owe(tx, stored, route, Owe(kind, Lane.NORMAL), occasion):
        deliveries.make_article_due(tx, partner, stored.key, now=occasion.now)


async def withdraw_one(office: Office, article: str, partner: str, *, actor: str) -> None:
    """Withdraw one story from one partner; others keep it. Raises ArticleNotFoundError, PartnerNotFoundError."""
    await office.store.write(_withdraw_one, article, partner, office.occasion(actor))


def _withdraw_one(tx: Tx, article: str, partner: str, occasion: Occasion) -> None:
    stored, route = must_find(tx, article), _route(tx, partner)
    waiting = deliveries.waiting_of_article(tx, stored.key).get(partner)
    if waiting is not None:
        why = f"withdrawn by {occasion.actor}"
        deliveries.finish_waiting(tx, [waiting.id], state=DeliveryState.CANCELLED, at=occasion.now, why=why)
    held = copies.of_article(tx, stored.key).get(partner)
    if held is None or not held.begun or stored.seq is None:
        return
    # A fresh seq: a partner that orders by it must see this after the revision it withdraws.
    owed = Owe(EventType.RETRACTED, Lane.RETRACTION, Cause.DESELECTED)
    rows = delivery_rows(stored, route, owed, News(Kind.UPDATED), occasion, seq=tx.next_seq())
    deliveries.add(tx, rows)


async def confirm_copy(office: Office, partner: str, article: str, *, note: str) -> None:
    """Note that a person saw a copy gone. Raises ArticleNotFoundError, InvalidError."""
    await office.store.write(_confirm, partner, article, note, office.now())


def _confirm(tx: Tx, partner: str, article: str, note: str, now: datetime) -> None:
    stored = must_find(tx, article)
    if not copies.confirm_gone(tx, partner, stored.key, note=note, at=now):
        raise InvalidError("there is no such copy", [Violation("partner", f"{partner} never held {stored.id}")])


async def retry_delivery(office: Office, delivery_id: str) -> None:
    """Start a failed delivery's table again, now. Raises DeliveryNotFoundError, ConflictError."""
    await office.store.write(_retry, delivery_id, office.now())


def _retry(tx: Tx, delivery_id: str, now: datetime) -> None:
    found = deliveries.by_id(tx, delivery_id)
    if found is None:
        raise DeliveryNotFoundError(delivery_id)
    if found.state is DeliveryState.WAITING:
        deliveries.retry(tx, delivery_id, now=now)
        return
    if found.state is not DeliveryState.FAILED:
        raise ConflictError(
            f"the delivery is {found.state}", remedy="Only a failed or waiting delivery can be retried."
        )
    key = deliveries.key_of(tx, delivery_id)
    if found.partner in deliveries.waiting_of_article(tx, key):
        raise ConflictError("a newer delivery waits", remedy="Nothing needs to be done; the newer one brings all.")
    deliveries.retry(tx, delivery_id, now=now)
