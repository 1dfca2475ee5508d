"""Spells: how an article comes into a feed, leaves it and returns, told from its changes alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Step:
    """What one change of an article meant for a feed; `updated_at` is what the article said of itself.

    `withdrawn`: it went from every reader, not from this feed alone; `too_old`: it would belong if it were younger,
    and `leaves_at` is when what belongs grows too old.
    """

    seq: int
    at: datetime
    belongs: bool
    updated_at: datetime
    withdrawn: bool = False
    too_old: bool = False
    leaves_at: datetime | None = None


@dataclass(frozen=True)
class Spell:
    """How an article stands in a feed it has been in: since which change, and when it came back if it did.

    `dated_at` orders a member, and is the date of a former member's tombstone; `aged`: it left because it grew too
    old, which no tombstone tells.
    """

    member: bool
    seq: int
    at: datetime
    dated_at: datetime
    reentered_at: datetime | None = None
    leaves_at: datetime | None = None
    aged: bool = False


def spell_of(steps: Iterable[Step], *, now: datetime) -> Spell | None:
    """Follow an article through its changes, oldest first, by the rules of memberships; None: it never was there."""
    spell: Spell | None = None
    for step in steps:
        spell = _entered(_aged(spell, step.at), step) if step.belongs else _left(_aged(spell, step.at), step)
    return _aged(spell, now)


def _aged(spell: Spell | None, now: datetime) -> Spell | None:
    if spell is None or not spell.member or spell.leaves_at is None or spell.leaves_at > now:
        return spell
    at = spell.leaves_at
    return Spell(member=False, seq=spell.seq, at=at, dated_at=max(spell.dated_at, at), aged=True)


def _entered(spell: Spell | None, step: Step) -> Spell:
    if spell is None:
        return Spell(True, step.seq, step.at, step.updated_at, leaves_at=step.leaves_at)
    back_at = spell.reentered_at if spell.member else _returned_at(spell, step.at)
    dated_at = step.updated_at if back_at is None else max(back_at, step.updated_at)
    return Spell(True, step.seq, step.at, dated_at, back_at, step.leaves_at)


def _left(spell: Spell | None, step: Step) -> Spell | None:
    if spell is None or (not spell.member and not spell.aged and (step.withdrawn or not step.too_old)):
        return spell
    if step.withdrawn or not step.too_old:
        return Spell(False, step.seq, step.at, max(spell.dated_at, step.at))
    # Back from a withdrawal and too old at once: archives show it, with the date of its return.
    dated_at = max(spell.dated_at, step.at) if spell.member or spell.aged else _returned_at(spell, step.at)
    return Spell(False, step.seq, step.at, dated_at, aged=True)


def _returned_at(spell: Spell, at: datetime) -> datetime:
    """Return when something came back: later than its tombstone, even where the clock went back."""
    return max(at, spell.dated_at + timedelta(microseconds=1))
