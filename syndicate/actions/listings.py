"""Listings for operators and programs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from syndicate.actions.brake import why_stopped
from syndicate.actions.claim import healths_of
from syndicate.actions.office import Office
from syndicate.actions.pollers import Polling, read_pollings
from syndicate.actions.retract import must_find
from syndicate.errors import DeliveryNotFoundError, PartnerNotFoundError
from syndicate.model.declarations import PartnerDeclaration, UpstreamDeclaration
from syndicate.model.delivery import Attempt, Copy, Delivery, Lane
from syndicate.model.journal import JournalEntry
from syndicate.model.stored import StoredArticle
from syndicate.policy.health import Health
from syndicate.store import articles, attempts, copies, deliveries, inbound, journal
from syndicate.store.tx import Tx


@dataclass(frozen=True)
class PartnerState:
    """A partner with its health, and how many deliveries it has in each state."""

    partner: PartnerDeclaration
    health: Health
    deliveries: dict[str, int]
    oldest_waiting_at: datetime | None
    oldest_retraction_at: datetime | None
    polling: Polling | None = None
    """How it polls; None where it is sent what it is owed."""
    stopped: str | None = None
    """Why nobody gets anything but retractions."""


@dataclass(frozen=True)
class Trace:
    """The live line of one story: its journal, deliveries and copies."""

    stored: StoredArticle
    journal: tuple[JournalEntry, ...]
    deliveries: tuple[Delivery, ...]
    copies: tuple[Copy, ...]


async def list_articles(
    office: Office, *, status: str | None, before: tuple[datetime, int] | None, limit: int
) -> tuple[StoredArticle, ...]:
    return await office.store.read(articles.listing, status=status, source_upstream=None, before=before, limit=limit)


async def list_journal(
    office: Office, *, after: int | None, before: int | None, limit: int
) -> tuple[JournalEntry, ...]:
    """Return journal rows: later than `after`, oldest first, or the newest earlier than `before`."""
    if after is not None:
        return await office.store.read(journal.after, after, limit=limit)
    return await office.store.read(journal.newest, before=before or 2**62, limit=limit)


async def list_deliveries(
    office: Office, *, partner: str | None, state: str | None, before: tuple[datetime, str] | None, limit: int
) -> tuple[Delivery, ...]:
    return await office.store.read(deliveries.listing, partner=partner, state=state, before=before, limit=limit)


async def show_delivery(office: Office, delivery_id: str) -> tuple[Delivery, tuple[Attempt, ...]]:
    """Return a delivery and its attempts. Raises DeliveryNotFoundError."""
    return await office.store.read(_show_delivery, delivery_id)


def _show_delivery(tx: Tx, delivery_id: str) -> tuple[Delivery, tuple[Attempt, ...]]:
    found = deliveries.by_id(tx, delivery_id)
    if found is None:
        raise DeliveryNotFoundError(delivery_id)
    return found, attempts.of_delivery(tx, delivery_id)


async def list_copies(
    office: Office, *, article: str | None, partner: str | None, limit: int, after: tuple[str, str] = ("", "")
) -> tuple[Copy, ...]:
    """Return copies by partner and article id. Raises ArticleNotFoundError."""
    return await office.store.read(_list_copies, article, partner, limit, after)


def _list_copies(
    tx: Tx, article: str | None, partner: str | None, limit: int, after: tuple[str, str]
) -> tuple[Copy, ...]:
    key = None if article is None else must_find(tx, article).key
    return copies.listing(tx, key=key, partner=partner, limit=limit, after=after)


async def list_partners(office: Office) -> tuple[PartnerState, ...]:
    return await office.store.read(_list_partners, office.now())


def _list_partners(tx: Tx, now: datetime) -> tuple[PartnerState, ...]:
    counts = deliveries.counts_by_state(tx)
    oldest = deliveries.oldest_waiting(tx)
    polled = read_pollings(tx, now)
    healths = healths_of(tx, [partner.name for partner in tx.declarations.partners], now=now)
    stopped = why_stopped(tx)
    return tuple(
        PartnerState(
            partner=partner,
            health=healths[partner.name],
            deliveries={state: number for (name, state), number in counts.items() if name == partner.name},
            oldest_waiting_at=min((at for (name, _), at in oldest.items() if name == partner.name), default=None),
            oldest_retraction_at=oldest.get((partner.name, Lane.RETRACTION)),
            polling=polled.get(partner.name),
            stopped=stopped,
        )
        for partner in tx.declarations.partners
    )


async def show_partner(office: Office, name: str) -> PartnerState:
    """Return one partner. Raises PartnerNotFoundError."""
    for state in await list_partners(office):
        if state.partner.name == name:
            return state
    raise PartnerNotFoundError(name)


@dataclass(frozen=True)
class UpstreamState:
    """An upstream, when it last sent something, and how many of its articles are known."""

    upstream: UpstreamDeclaration
    last_received_at: datetime | None
    articles: int


async def list_upstreams(office: Office) -> tuple[UpstreamState, ...]:
    return await office.store.read(_list_upstreams)


def _list_upstreams(tx: Tx) -> tuple[UpstreamState, ...]:
    received = inbound.last_received(tx)
    return tuple(
        UpstreamState(upstream, *received.get(upstream.name, (None, 0))) for upstream in tx.declarations.upstreams
    )


async def trace(office: Office, name: str) -> Trace:
    """Return all that happened to one article. Raises ArticleNotFoundError."""
    return await office.store.read(_trace, name)


def _trace(tx: Tx, name: str) -> Trace:
    stored = must_find(tx, name)
    return Trace(
        stored=stored,
        journal=journal.of_article(tx, stored.key),
        deliveries=deliveries.of_article(tx, stored.key),
        copies=copies.listing(tx, key=stored.key, partner=None, limit=1_000),
    )
