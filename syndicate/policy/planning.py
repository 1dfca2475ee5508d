"""What one partner is owed when an article changes."""

from __future__ import annotations

from dataclasses import dataclass

from syndicate.model.delivery import EventType, Lane
from syndicate.model.journal import Cause, Kind


@dataclass(frozen=True)
class Owe:
    """A new delivery, in place of the unsent one if there is one; `at_once` passes schedule and delay."""

    type: EventType
    lane: Lane
    cause: Cause | None = None

    @property
    def at_once(self) -> bool:
        return self.lane is not Lane.NORMAL


@dataclass(frozen=True)
class Skip:
    """The partner would get it but for `reason`; said in the delivery log."""

    reason: str


@dataclass(frozen=True)
class Nothing:
    """Nothing new; an unsent delivery is cancelled, because the partner holds nothing and shall hold nothing."""


Plan = Owe | Skip | Nothing


@dataclass(frozen=True)
class Standing:
    """Where a partner stands with an article: does it want it, may it have it, what does it hold, what is unsent."""

    wants: bool
    refusal: str | None
    begun: bool
    unsent: EventType | None
    corrections_at_once: bool = True


def plan(standing: Standing, kind: Kind, withdrawn_for: Cause | None, *, urgent: bool = False) -> Plan:
    """Decide what a partner is owed; `withdrawn_for` says why nobody may hold the article any more, if so.

    An `urgent` change, such as a picture that has to go, does not wait for the schedule of who holds the article.
    """
    if withdrawn_for is None and standing.wants and standing.refusal is None:
        return _upsert(standing, kind, urgent=urgent)
    if standing.begun:
        return Owe(EventType.RETRACTED, Lane.RETRACTION, withdrawn_for or _why_left(standing))
    if withdrawn_for is None and standing.wants and standing.refusal is not None:
        return Skip(standing.refusal)
    return Nothing()


def _why_left(standing: Standing) -> Cause:
    return Cause.RIGHTS if standing.wants else Cause.DESELECTED


def _upsert(standing: Standing, kind: Kind, *, urgent: bool) -> Owe:
    if not standing.begun:
        return Owe(EventType.PUBLISHED, Lane.NORMAL)
    # A correction not sent yet is not lost in the update that takes its place.
    if kind is Kind.CORRECTED or standing.unsent is EventType.CORRECTED:
        lane = Lane.CORRECTION if standing.corrections_at_once else Lane.NORMAL
        return Owe(EventType.CORRECTED, lane)
    return Owe(EventType.UPDATED, Lane.CORRECTION if urgent else Lane.NORMAL)
