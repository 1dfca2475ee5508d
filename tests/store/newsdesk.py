"""What a test of changes does at a paper: declares it anew, looks at its feeds and copies, hears from its upstream."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from syndicate.actions.listings import list_copies
from syndicate.actions.office import Office
from syndicate.actions.receive import Event, Received, receive
from syndicate.app.service import Service
from syndicate.model.delivery import Copy, EventType
from syndicate.model.journal import Cause
from syndicate.settings.loading import Loaded
from syndicate.store import memberships
from tests.builders import an_article
from tests.papers import FEEDS, configure
from tests.store.mailroom import FERRY, answer, claim_all


def declared(paper: Service, extra: str = "", feeds: Mapping[str, str] = FEEDS) -> Loaded:
    """Write another configuration of a paper over the same store."""
    store = f'[store]\nurl = "{paper.loaded.settings.store.url}"\n'
    return configure(paper.loaded.path.parent, store + extra, feeds=feeds)


async def members(paper: Service, feed: str) -> list[str]:
    return [str(each.article.id) for each in await paper.store.read(memberships.newest, feed, limit=10)]


async def document(paper: Service, feed: str = "latest") -> str:
    """Return a feed as its Atom readers get it now."""
    return (await paper.editions.get(feed, "atom")).bodies["identity"].decode()


async def the_copy(paper: Service, partner: str = "gazette") -> Copy:
    [copy] = await list_copies(paper.office, article=FERRY, partner=partner, limit=2)
    return copy


async def take_records(office: Office, partner: str = "gazette") -> list[dict[str, Any] | None]:
    """Let the partner take everything that is due; returns the record of each as it went."""
    parcels = await claim_all(office, partner)
    sendings = [parcel.sending(now=office.now()) for parcel in parcels]
    await answer(office, parcels)
    return [getattr(sending, "record", None) for sending in sendings]


async def from_wire(paper: Service, seq: int, **article: Any) -> Received:
    """Receive a story, or its newest state, from the upstream `wire`."""
    event = Event(f"msg_{seq}", EventType.PUBLISHED, FERRY, seq, None, None, an_article(**article))
    return await receive(paper.office, "wire", event)


async def withdrawn_by_wire(paper: Service, seq: int, cause: Cause, note: str | None = None) -> Received:
    event = Event(f"msg_{seq}", EventType.RETRACTED, FERRY, seq, cause, note, None)
    return await receive(paper.office, "wire", event)
