"""Spells: how an article comes into a feed, leaves it and returns, told from its changes alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime


@dataclass(frozen=True)
class Step:
    """What one change of an article meant for a feed.

    `withdrawn`: it went from every reader, not from this feed alone; `too_old`: it would belong if it were younger,
    and `leaves_at` is when what belongs grows too old.
    """

    seq: int
    at: datetime
    belongs: bool
    withdrawn: bool = False
    too_old: bool = False
    leaves_at: datetime | None = None


@dataclass(frozen=True)
class Spell:
    """How an article stands in a feed it has been in: since which change, and when it came back if it did.

    `aged`: it left because it grew too old, which no tombstone tells.
    """

    member: bool
    seq: int
    at: datetime
    reentered_at: datetime | None = None
    leaves_at: datetime | None = None
    aged: bool = False


def spell_of(steps: Iterable[Step], *, now: datetime) -> Spell | None:
    """Follow an article through its changes, oldest first; None where it never was in the feed."""
    spell: Spell | None = None
    for step in steps:
        spell = _entered(_aged(spell, step.at), step) if step.belongs else _left(_aged(spell, step.at), step)
    return _aged(spell, now)


def _aged(spell: Spell | None, now: datetime) -> Spell | None:
    if spell is None or not spell.member or spell.leaves_at is None or spell.leaves_at > now:
        return spell
    return Spell(member=False, seq=spell.seq, at=spell.leaves_at, aged=True)


def _entered(spell: Spell | None, step: Step) -> Spell:
    if spell is not None and spell.member:
        return replace(spell, seq=step.seq, at=step.at, leaves_at=step.leaves_at)
    reentered_at = None if spell is None else step.at
    return Spell(member=True, seq=step.seq, at=step.at, reentered_at=reentered_at, leaves_at=step.leaves_at)


def _left(spell: Spell | None, step: Step) -> Spell | None:
    if spell is None or not (spell.member or (spell.aged and step.withdrawn)):
        return spell
    return Spell(member=False, seq=step.seq, at=step.at, aged=step.too_old)
