"""Payloads of the past: what a delivery carries, made again, beside what of it went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic_core import from_json

from syndicate.actions.claim import Parcel
from syndicate.actions.listings import show_delivery
from syndicate.actions.office import Office
from syndicate.actions.routes import routes_of
from syndicate.actions.send import Connections
from syndicate.actions.served import Comparison, Verdict, digest_of
from syndicate.connectors.contract import Preview
from syndicate.errors import UnwritableError
from syndicate.model.article import Status
from syndicate.model.delivery import Attempt, Delivery, EventType
from syndicate.policy.rights import NotAllowed
from syndicate.render.event import is_plain
from syndicate.store import articles, copies
from syndicate.store.leases import Claimed
from syndicate.store.tx import Tx


@dataclass(frozen=True)
class Payload:
    """A delivery's payload by today's code and configuration; `unshown` says why there is none to show.

    `comparison` is None where nothing of the delivery went.
    """

    preview: Preview | None
    unshown: str | None
    comparison: Comparison | None


async def payload_of(office: Office, connections: Connections, delivery_id: str) -> Payload:
    """Make a delivery's payload again and compare it with what went. Raises DeliveryNotFoundError."""
    delivery, attempts = await show_delivery(office, delivery_id)
    made = await _made_again(office, connections, delivery, attempts)
    if isinstance(made, Preview):
        told = await office.store.read(_was_told, delivery)
        return Payload(made, None, _compared(made.body, attempts, repeatable=not told))
    last = next((each for each in reversed(attempts) if each.payload_digest), None)
    unknown = Comparison(Verdict.UNKNOWN, last.payload_digest or "", last.at) if last else None
    return Payload(None, made, unknown)


async def _made_again(
    office: Office, connections: Connections, delivery: Delivery, attempts: Sequence[Attempt]
) -> Preview | str:
    parcel = await office.store.read(_parcel, delivery)
    connector = connections.connector(delivery.partner)
    if connector is None or parcel is None:
        return "the partner is sent nothing any more"
    if parcel.claimed.record is None and delivery.type is not EventType.RETRACTED:
        return "the article was erased"
    # Rights are those of the time it went: what ended since was in it.
    sending = parcel.sending(now=_when(delivery, attempts))
    try:
        return sending.reason if isinstance(sending, NotAllowed) else connector.preview(sending)
    except UnwritableError as error:
        return f"it cannot be written: {error.message}"


def _was_told(tx: Tx, delivery: Delivery) -> bool:
    """Tell whether the connector keeps something of the copy: what went may hold what the partner had answered."""
    stored = articles.by_id(tx, delivery.article_id)
    found = copies.listing(tx, key=stored.key, partner=delivery.partner, limit=1) if stored else ()
    return any(copy.remote for copy in found)


def _when(delivery: Delivery, attempts: Sequence[Attempt]) -> datetime:
    return attempts[-1].at if attempts else delivery.created_at


def _parcel(tx: Tx, delivery: Delivery) -> Parcel | None:
    """Take the delivery up as it was claimed: with the record of its own revision."""
    route = routes_of(tx.generation).partner(delivery.partner)
    stored = articles.by_id(tx, delivery.article_id)
    if route is None or stored is None:
        return None
    found = {each["revision"]: each["record"] for each in articles.revisions_of(tx, stored.key)}
    record: str | None = found.get(delivery.revision)
    claimed = Claimed(
        delivery=delivery,
        article_key=stored.key,
        record=record,
        is_plain=record is not None and is_plain(record),
        status=Status.PUBLISHED,
        slug=stored.slug,
        url=None if record is None else from_json(record).get("url"),
        holding=None,
        unsure_revision=None,
        remote=None,
        tries=0,
    )
    return Parcel(claimed, route.partner, "", tx.declarations)


def _compared(body: bytes, attempts: Sequence[Attempt], *, repeatable: bool) -> Comparison | None:
    digest = digest_of(body)
    sent = [each for each in reversed(attempts) if each.payload_digest]
    if same := [each for each in sent if each.payload_digest == digest]:
        return Comparison(Verdict.SAME, digest, same[0].at)
    if sent:
        return Comparison(Verdict.OTHER if repeatable else Verdict.UNREPEATABLE, digest, sent[0].at)
    return Comparison(Verdict.UNKNOWN, digest) if attempts else None
