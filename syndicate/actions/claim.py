"""Claim deliveries that are due, under a lease, and shape their articles for the partner."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from syndicate.actions.office import Occasion, Office
from syndicate.actions.routes import routes_of
from syndicate.actions.shaping import record_for
from syndicate.connectors.contract import Keep, Sending, keep_nothing
from syndicate.model.article import Status
from syndicate.model.declarations import Declarations, PartnerDeclaration
from syndicate.model.delivery import Delivery, EventType, Lane
from syndicate.policy.health import Health, HealthState, may_send
from syndicate.policy.rights import NotAllowed
from syndicate.store import copies, leases, meta, partners
from syndicate.store.leases import Claimed
from syndicate.store.tx import Tx

LEASE = timedelta(seconds=60)
HALTED = "halted"
BRAKED = "braked"
DISPATCHER = "dispatcher"


@dataclass(frozen=True)
class Room:
    """How many more deliveries a partner can take now: in all lanes, and retractions beyond that.

    `probe` is how many make one try of a partner that is being probed: where many go as one, all of them.
    """

    normal: int
    retractions: int
    in_flight: int
    probe: int = 1


@dataclass(frozen=True)
class Parcel:
    """A claimed delivery, ready to be handed to its connector."""

    claimed: Claimed
    partner: PartnerDeclaration
    token: str
    declarations: Declarations
    """The generation it was claimed under."""

    @property
    def delivery(self) -> Delivery:
        return self.claimed.delivery

    @property
    def lease(self) -> tuple[str, str]:
        """The delivery with the token that leases it."""
        return self.claimed.delivery.id, self.token

    def of_partner(self, name: str) -> Parcel:
        """Return the parcel as one of the partner that is called so."""
        delivery = replace(self.delivery, partner=name)
        return replace(self, claimed=replace(self.claimed, delivery=delivery))

    def sending(self, *, now: datetime, keep: Keep = keep_nothing) -> Sending | NotAllowed:
        """Shape the article for the partner, as it may have it now; `keep` writes down what its connector did."""
        delivery = self.delivery
        record = None if delivery.type is EventType.RETRACTED else self._outgoing(now)
        if isinstance(record, NotAllowed):
            return record
        return Sending(
            delivery_id=delivery.id,
            type=delivery.type,
            at=delivery.created_at,
            record=record,
            article_id=delivery.article_id,
            url=self.claimed.url or f"{self.declarations.publisher.root}/articles/{self.claimed.slug}",
            revision=delivery.revision,
            seq=delivery.seq,
            cause=delivery.cause,
            public_note=delivery.public_note,
            remote=json.loads(self.claimed.remote or "{}"),
            attempt=self.claimed.tries + 1,
            slug=self.claimed.slug,
            keep=keep,
        )

    def _outgoing(self, now: datetime) -> bytes | NotAllowed:
        kept = self.claimed.record
        if kept is None or self.claimed.status is not Status.PUBLISHED:
            return NotAllowed("the article is not published any more")
        return record_for(
            kept,
            self.partner,
            self.declarations,
            slug=self.claimed.slug,
            url=self.claimed.url,
            seq=self.delivery.seq,
            plain=self.claimed.is_plain,
            now=now,
        )


async def claim(office: Office, rooms: Mapping[str, Room]) -> tuple[Parcel, ...]:
    """Claim what is due for partners that have room; every claim is on disk before anything is sent."""
    return await office.store.write(_claim, rooms, office.occasion(DISPATCHER))


def _claim(tx: Tx, rooms: Mapping[str, Room], occasion: Occasion) -> tuple[Parcel, ...]:
    halted = is_stopped(tx)
    healths = healths_of(tx, rooms, now=occasion.now)
    found: list[Claimed] = []
    for name, room in rooms.items():
        if routes_of(tx.generation).partner(name) is not None:
            found += may_go(tx, name, room, healths[name], halted=halted, now=occasion.now)
    return _take(tx, found, token=occasion.new_id("lease"), now=occasion.now)


def still_leased(tx: Tx, parcels: Sequence[Parcel]) -> tuple[Parcel, ...]:
    """Return those parcels whose leases are held still, of partners by their present names: theirs may have changed."""
    held = leases.leased(tx, frozenset(parcel.lease for parcel in parcels))
    kept = [parcel for parcel in parcels if parcel.lease in held]
    declared = tx.declarations
    older = [parcel.delivery.id for parcel in kept if parcel.declarations is not declared]
    names = leases.partners_of(tx, older) if older else {}
    return tuple(_called(parcel, names.get(parcel.delivery.id, parcel.delivery.partner)) for parcel in kept)


def _called(parcel: Parcel, name: str) -> Parcel:
    return parcel if parcel.delivery.partner == name else parcel.of_partner(name)


def is_stopped(tx: Tx) -> bool:
    """Tell whether nothing but retractions may go: an operator halted the service, or the brake is on."""
    return meta.either(tx, HALTED, BRAKED)


def may_go(tx: Tx, partner: str, room: Room, health: Health, *, halted: bool, now: datetime) -> tuple[Claimed, ...]:
    """Find what may go: retractions first, through a halt and past an open circuit."""
    if not may_send(health, Lane.RETRACTION, now):
        return ()
    normal = 0 if halted or not may_send(health, Lane.NORMAL, now, in_flight=room.in_flight) else room.normal
    lane = Lane.NORMAL if normal > 0 else Lane.RETRACTION
    found = leases.claimable(tx, partner, lane=lane, now=now, limit=max(room.retractions, normal))
    retractions = [each for each in found if each.delivery.lane is Lane.RETRACTION][: room.retractions]
    left = normal - len(retractions)
    others = [each for each in found if each.delivery.lane is not Lane.RETRACTION]
    return (*retractions, *others[: max(0, min(left, room.probe) if health.state is HealthState.PROBING else left)])


async def lanes_open(office: Office, names: Sequence[str]) -> Mapping[str, Lane | None]:
    """Say for partners up to which lane deliveries may go now; None where nothing may."""
    return await office.store.read(read_lanes_open, names, office.now())


def read_lanes_open(tx: Tx, names: Sequence[str], now: datetime) -> dict[str, Lane | None]:
    """Say the same within a transaction."""
    halted = is_stopped(tx)
    return {name: _lane_open(health, halted=halted, now=now) for name, health in healths_of(tx, names, now=now).items()}


def _lane_open(health: Health, *, halted: bool, now: datetime) -> Lane | None:
    if not may_send(health, Lane.RETRACTION, now):
        return None
    return Lane.NORMAL if may_send(health, Lane.NORMAL, now) and not halted else Lane.RETRACTION


def health_of(tx: Tx, partner: str, *, now: datetime) -> Health:
    """Read a partner's health; a new partner is healthy."""
    return healths_of(tx, [partner], now=now)[partner]


def healths_of(tx: Tx, names: Collection[str], *, now: datetime) -> dict[str, Health]:
    """Read the health of several partners."""
    kept = partners.healths(tx, names)
    return {name: _health(kept.get(name), now=now) for name in names}


def health_to_change(tx: Tx, partner: str, *, now: datetime) -> Health:
    """Read a partner's health in order to write it: nobody else may change it until the commit."""
    return healths_to_change(tx, [partner], now=now)[partner]


def healths_to_change(tx: Tx, names: Collection[str], *, now: datetime) -> dict[str, Health]:
    """Read the health of several partners in order to write it, as `health_to_change`."""
    kept = partners.healths_to_change(tx, names)
    return {name: _health(kept.get(name), now=now) for name in sorted(names)}


def _health(kept: str | None, *, now: datetime) -> Health:
    return Health(since=now) if kept is None else Health.model_validate_json(kept)


def _take(tx: Tx, found: Sequence[Claimed], *, token: str, now: datetime) -> tuple[Parcel, ...]:
    """Lease what was found and note that its partners may hold it from now on."""
    if not found:
        return ()
    settled = [_settled(claimed) for claimed in found]
    leases.claim(tx, [claimed.delivery.id for claimed in found], token=token, until=now + LEASE)
    changed = [after.delivery.id for before, after in zip(found, settled, strict=True) if after is not before]
    leases.rename_type(tx, changed, EventType.PUBLISHED)
    copies.begin_first(tx, [claimed.delivery.id for claimed in found if claimed.holding is None], at=now)
    copies.begin_again(tx, [claimed.delivery.id for claimed in found if claimed.holding is not None], at=now)
    routes = routes_of(tx.generation)
    return tuple(
        Parcel(claimed, route.partner, token, tx.declarations)
        for claimed in settled
        if (route := routes.partner(claimed.delivery.partner)) is not None
    )


def _settled(claimed: Claimed) -> Claimed:
    """Fix the type: the first event to a partner that holds nothing is a publication."""
    upserts = (EventType.UPDATED, EventType.CORRECTED)
    holds = claimed.holding in ("held", "possible") or claimed.unsure_revision is not None
    if claimed.delivery.type not in upserts or holds:
        return claimed
    return replace(claimed, delivery=replace(claimed.delivery, type=EventType.PUBLISHED))
