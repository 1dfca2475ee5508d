"""What operators do to the whole service and to a partner: halt, pause, resume, replay."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from syndicate.actions.brake import release_brake
from syndicate.actions.claim import BRAKED, HALTED, health_to_change
from syndicate.actions.office import Occasion, Office
from syndicate.actions.owing import Owed, owe_newest
from syndicate.actions.routes import PartnerRoute, routes_of
from syndicate.errors import PartnerNotFoundError
from syndicate.model.text import strip_forbidden
from syndicate.policy import health
from syndicate.store import articles, deliveries, meta, partners
from syndicate.store.tx import Tx

REPLAY_STEP = 100


async def halt(office: Office, *, actor: str) -> None:
    """Stop everything outgoing but retractions."""
    await office.store.write(_halt, actor)


def _halt(tx: Tx, actor: str) -> None:
    meta.put(tx, HALTED, actor)
    tx.effects.deliveries = True


async def lift_halt(office: Office) -> None:
    """Let everything go out again."""
    await office.store.write(_lift_halt)


def _lift_halt(tx: Tx) -> None:
    meta.remove(tx, HALTED)
    release_brake(tx)
    tx.effects.deliveries = True


async def halted_by(office: Office) -> str | None:
    """Return who halted the service, None while it runs."""
    return await office.store.read(meta.get, HALTED)


async def braked(office: Office) -> str | None:
    """Return why the brake is on, None while it is not."""
    return await office.store.read(meta.get, BRAKED)


# --- partners ------------------------------------------------------------------------------------------------------


async def pause_partner(office: Office, name: str, *, reason: str, actor: str) -> None:
    """Send a partner nothing, not even retractions, until it is resumed. Raises PartnerNotFoundError."""
    await office.store.write(_pause, name, strip_forbidden(f"{reason} ({actor})"), office.occasion(actor))


def _pause(tx: Tx, name: str, reason: str, occasion: Occasion) -> None:
    must_route(tx, name)
    paused = health.pause(health_to_change(tx, name, now=occasion.now), now=occasion.now, reason=reason)
    partners.set_health(tx, name, paused.model_dump_json(), at=occasion.now)
    # What is claimed and not begun is given up at once.
    tx.effects.deliveries = True


async def resume_partner(office: Office, name: str, *, actor: str) -> None:
    """Make a partner healthy again and let what waits for another try go now. Raises PartnerNotFoundError."""
    await office.store.write(_resume, name, office.occasion(actor))


def _resume(tx: Tx, name: str, occasion: Occasion) -> None:
    must_route(tx, name)
    resumed = health.resume(health_to_change(tx, name, now=occasion.now), now=occasion.now)
    partners.set_health(tx, name, resumed.model_dump_json(), at=occasion.now)
    deliveries.make_due(tx, name, now=occasion.now)


def must_route(tx: Tx, name: str) -> PartnerRoute:
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
    must_route(tx, name)
    return articles.keys_changed_since(tx, since)


def _replay(tx: Tx, name: str, keys: tuple[int, ...], occasion: Occasion) -> tuple[int, int]:
    """Owe the newest state of a few articles; returns how many retractions and how many others."""
    route = must_route(tx, name)
    owed = [owe_newest(tx, key, route, occasion, keeps_quota=True) for key in keys]
    return owed.count(Owed.RETRACTION), owed.count(Owed.UPSERT)
