"""A partner's side in a test: claims what a paper owes it, and answers as it is told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from syndicate.actions.accept import Receipt, Submission, accept
from syndicate.actions.claim import Parcel, Room, claim
from syndicate.actions.office import Office
from syndicate.actions.record import Attempted, record
from syndicate.connectors.contract import Accepted, Outcome, Refused
from syndicate.model.delivery import Delivery
from syndicate.parse.record import read_record
from syndicate.store import deliveries

FERRY = "tag:harbour.example,2026:ferry"
PARTNER = """
[partners.gazette]
connector = "webhook"
url = "http://127.0.0.1:9/inbound/harbour"
signing_secret = "env:PARTNER_SECRET"
schedule = "immediately"
[partners.gazette.select]
categories = ["Harbour"]
"""
UPSTREAM = """
[upstreams.wire]
kind = "push"
signing_secret = "env:PARTNER_SECRET"
"""
TAKEN = Accepted()
UNCERTAIN = Refused("timeout")
CERTAIN = Refused("no connection", certain=True)
FOR_GOOD = Refused("bad request", permanent=True, certain=True, status=400)


async def claim_all(office: Office, partner: str = "gazette", *, at_most: int = 100) -> tuple[Parcel, ...]:
    """Claim what is due now."""
    return await claim(office, {partner: Room(normal=at_most, retractions=at_most, in_flight=0)})


async def answer(office: Office, parcels: Sequence[Parcel], outcome: Outcome = TAKEN) -> None:
    """Report the same outcome for every parcel."""
    now = office.now()
    await record(office, [Attempted(parcel, outcome, now, timedelta(milliseconds=5), 0.5) for parcel in parcels])


async def deliver(office: Office, partner: str = "gazette") -> list[tuple[str, int]]:
    """Let the partner take everything that is due; returns the type and revision of each."""
    parcels = await claim_all(office, partner)
    await answer(office, parcels)
    return [(parcel.delivery.type.value, parcel.delivery.revision) for parcel in parcels]


async def owed(office: Office, partner: str = "gazette") -> list[Delivery]:
    """Return every delivery to a partner, oldest first."""
    found = await office.store.read(deliveries.listing, partner=partner, state=None, before=None, limit=1_000)
    return sorted(found, key=lambda each: (each.seq, each.created_at, each.id))


async def put_story(office: Office, **record: Any) -> Receipt:
    """Put a record as the desk would."""
    base = {"id": FERRY, "title": "New ferry sails on time", "categories": ["Harbour"]}
    parsed = read_record(base | record)
    return await accept(office, Submission(parsed.article), actor="desk")
