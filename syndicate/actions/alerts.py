"""Alerts: see what is wrong, remember it, and tell each channel once of its beginning and once of its end."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from syndicate.actions.claim import BRAKED, HALTED, healths_of
from syndicate.actions.office import Office
from syndicate.actions.pollers import read_pollings
from syndicate.connectors.contract import Accepted, Outcome
from syndicate.model.alerts import Alert, Condition, Message
from syndicate.model.declarations import PartnerDeclaration
from syndicate.model.views import partner_key, polls
from syndicate.policy.alerting import (
    PartnerFacts,
    Situation,
    Thresholds,
    Unheeded,
    after_telling,
    began_for,
    conditions,
    ended_for,
    follow,
)
from syndicate.store import alerts, meta
from syndicate.store.tx import Tx

logger = logging.getLogger(__name__)

GIVEN_UP_WITHIN = timedelta(days=1)
# Of one partner; it hears of the oldest, and of the others when these are settled.
MOST_RETRACTIONS = 100


class Channel(Protocol):
    """One way to operators."""

    @property
    def name(self) -> str: ...

    async def tell(self, message: Message) -> Outcome:
        """Hand a message over; what came of it is an outcome."""


async def standing(office: Office, thresholds: Thresholds) -> tuple[Alert, ...]:
    """Return what is wrong now, with what is remembered of it."""
    return await office.store.read(_standing, thresholds, office.now())


def _standing(tx: Tx, thresholds: Thresholds, now: datetime) -> tuple[Alert, ...]:
    holding = conditions(_situation(tx, thresholds, now), thresholds, now=now)
    # What channels were told stays as it was; who looks wants to know how it stands now.
    details = {each.key: each.detail for each in holding}
    found = follow(alerts.remembered(tx), holding, channels=frozenset(), now=now)
    return tuple(replace(each, detail=details[each.key]) for each in found)


async def observe(office: Office, thresholds: Thresholds, channels: frozenset[str], *, since: datetime) -> None:
    """See what is wrong and remember it, for as long as one of `channels` has to be told of it.

    Nothing is written while nothing changes. `since` is when this process began: what was late before is not its doing.
    """
    now = office.now()
    holding = await office.store.read(_holding, thresholds, now, since)
    before, after = await office.store.read(_followed, holding, channels, now)
    if set(after) != set(before):
        _log(*await office.store.write(_follow, holding, channels, now))


def _followed(
    tx: Tx, holding: Sequence[Condition], channels: frozenset[str], now: datetime
) -> tuple[tuple[Alert, ...], tuple[Alert, ...]]:
    before = alerts.remembered(tx)
    return before, follow(before, holding, channels=channels, now=now)


def _follow(
    tx: Tx, holding: Sequence[Condition], channels: frozenset[str], now: datetime
) -> tuple[tuple[Alert, ...], tuple[Alert, ...]]:
    # Read again: a channel may have been told meanwhile.
    before, after = _followed(tx, holding, channels, now)
    _remember(tx, before, after)
    return before, after


def _holding(tx: Tx, thresholds: Thresholds, now: datetime, since: datetime) -> tuple[Condition, ...]:
    return conditions(_situation(tx, thresholds, now, since=since), thresholds, now=now)


def _remember(tx: Tx, before: Iterable[Alert], after: Iterable[Alert]) -> None:
    known, wanted = set(before), set(after)
    alerts.forget(tx, known - wanted)
    alerts.add(tx, wanted - known)


def _log(before: Iterable[Alert], after: Iterable[Alert]) -> None:
    """Say in the log what began and what ended, whatever channels there are."""
    stood = {each.key for each in before if each.ended_at is None}
    stand = {each.key: each for each in after if each.ended_at is None}
    for key in sorted(stand.keys() - stood):
        logger.warning("alert.began", extra={"kind": key[0], "subject": key[1], "detail": stand[key].detail})
    for kind, subject in sorted(stood - stand.keys()):
        logger.info("alert.ended", extra={"kind": kind, "subject": subject})


async def tell(office: Office, channel: Channel) -> Outcome | None:
    """Tell one channel, in one message, all it has not heard; None where there is nothing to tell."""
    now = office.now()
    message = await office.store.read(_untold, channel.name, now)
    if message.empty:
        return None
    outcome = await channel.tell(message)
    if isinstance(outcome, Accepted):
        await office.store.write(_note_told, (*message.began, *message.ended), channel.name, now)
    return outcome


def _untold(tx: Tx, channel: str, now: datetime) -> Message:
    known = alerts.remembered(tx)
    return _message(tx, began_for(channel, known), ended_for(channel, known, now=now), now)


def _message(tx: Tx, began: tuple[Alert, ...], ended: tuple[Alert, ...], now: datetime) -> Message:
    publisher = tx.declarations.publisher
    return Message(publisher.title, publisher.root, now, began, ended)


def _note_told(tx: Tx, told: Sequence[Alert], channel: str, now: datetime) -> None:
    keys = {each.key for each in told}
    before = [each for each in alerts.remembered(tx) if each.key in keys]
    _remember(tx, before, [after_telling(each, channel, now=now) for each in before])


async def try_out(office: Office, channel: Channel) -> Outcome:
    """Send a message about nothing, to see that it arrives."""
    return await channel.tell(await office.store.read(_message, (), (), office.now()))


# --- the facts ---------------------------------------------------------------------------------------------------


def _situation(tx: Tx, thresholds: Thresholds, now: datetime, *, since: datetime | None = None) -> Situation:
    declared = tx.declarations
    return Situation(
        partners=_partners(tx, declared.partners, now, since),
        unheeded=[
            each
            for partner in declared.partners
            for each in _unheeded(tx, partner, before=now - thresholds.unacknowledged_after)
        ],
        quiet=[
            (upstream.name, at)
            for upstream in declared.upstreams
            if upstream.kind == "push" and (at := alerts.last_heard(tx, upstream.name)) is not None
        ],
        halted_by=meta.get(tx, HALTED),
        braked=meta.get(tx, BRAKED),
    )


def _partners(
    tx: Tx, declared: Sequence[PartnerDeclaration], now: datetime, since: datetime | None
) -> list[PartnerFacts]:
    healths = healths_of(tx, [partner.name for partner in declared], now=now)
    waiting = alerts.waiting(tx)
    given_up = alerts.given_up(tx, since=now - GIVEN_UP_WITHIN)
    pollings = read_pollings(tx, now)
    found = []
    for partner in declared:
        waits, polling = waiting.get(partner.name), pollings.get(partner.name)
        facts = PartnerFacts(
            name=partner.name,
            health=healths[partner.name],
            contact=partner.contact,
            waiting=0 if waits is None else waits.number,
            tries=0 if waits is None else waits.tries,
            due_since=None if waits is None else max(waits.due_at, since or waits.due_at),
            given_up=given_up.get(partner.name, 0),
            missed_at=None if polling is None else polling.silent_since,
        )
        found.append(facts)
    return found


def _unheeded(tx: Tx, partner: PartnerDeclaration, *, before: datetime) -> list[Unheeded]:
    """Return the retractions that a partner was told of, or is owed, and that it shows nothing of."""
    name = partner.name
    found = alerts.unheeded(tx, name, before=before, limit=MOST_RETRACTIONS)
    if polls(partner):
        found += alerts.unfetched(tx, name, partner_key(name), before=before, limit=MOST_RETRACTIONS)
    # One that was offered and is owed anew is one.
    return [Unheeded(name, article_id, at, partner.contact) for article_id, at in sorted(dict(found).items())]
