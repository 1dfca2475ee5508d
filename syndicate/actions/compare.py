"""Compare a feed at two moments: what came, what changed, what went, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from syndicate.actions.looks import Look, look_of
from syndicate.actions.office import Office
from syndicate.actions.past import Past, as_of
from syndicate.errors import InvalidQueryError, Violation
from syndicate.model.entry import Entry
from syndicate.model.journal import Kind
from syndicate.policy.spells import Spell
from syndicate.store import articles, past
from syndicate.store.past import Then
from syndicate.store.tx import Tx

# What differs between any two revisions, and tells nothing.
_NUMBERS = frozenset({"revision", "seq", "status"})


@dataclass(frozen=True)
class Added:
    """An entry that was not there; `why` is what happened to it: published, restored, updated …"""

    entry: Entry
    revision: int
    why: str


@dataclass(frozen=True)
class Altered:
    """An entry that differs; `members` are those of its record that do."""

    before: Entry
    after: Entry
    revisions: tuple[int, int]
    members: tuple[str, ...]


@dataclass(frozen=True)
class Removed:
    """An entry that is there no more; `why`: retracted, expired, deselected, aged, or displaced by newer ones."""

    entry: Entry
    revision: int
    why: str


@dataclass(frozen=True)
class Difference:
    """Two views of a feed, and what lies between them."""

    start: Past
    end: Past
    added: tuple[Added, ...]
    altered: tuple[Altered, ...]
    removed: tuple[Removed, ...]


Entries = Mapping[str, tuple[Entry, int]]


async def difference(
    office: Office, key: str, start: datetime, end: datetime | None, *, names: tuple[str, str]
) -> Difference:
    """Compare a feed at `start` with the same at `end`, None meaning now; `names` are the parameters'.

    Raises FeedNotFoundError, InvalidQueryError.
    """
    now = office.now()
    if start > (end or now):
        reason = "must not be later than the end"
        raise InvalidQueryError(f"{names[0]} {reason}", [Violation(names[0], reason)])
    before = await as_of(office, key, start, name=names[0])
    after = await as_of(office, key, end or now, name=names[1])
    return await office.store.read(_difference, before, after, now)


def _difference(tx: Tx, start: Past, end: Past, now: datetime) -> Difference:
    look = look_of(tx, end.key, end.moment.at, now=now, name="to")
    before, after = _entries(start), _entries(end)
    since = start.moment.seq
    kept = [name for name in after if name in before]
    return Difference(
        start,
        end,
        added=tuple(
            Added(*after[name], _why_came(tx, look, name, since=since)) for name in after if name not in before
        ),
        altered=tuple(each for name in kept if (each := _altered(before[name], after[name])) is not None),
        removed=tuple(Removed(*before[name], _why_gone(tx, look, name)) for name in before if name not in after),
    )


def _entries(shown: Past) -> Entries:
    return {
        entry.id: (entry, revision)
        for entry, revision in zip(shown.snapshot.content.entries, shown.revisions, strict=True)
    }


def _altered(before: tuple[Entry, int], after: tuple[Entry, int]) -> Altered | None:
    members = _changed_members(before[0].article.wire(), after[0].article.wire())
    same = not members and before[0].updated_at == after[0].updated_at
    return None if same else Altered(before[0], after[0], (before[1], after[1]), members)


def _changed_members(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, ...]:
    names = dict.fromkeys((*before, *after))
    return tuple(name for name in names if name not in _NUMBERS and before.get(name) != after.get(name))


def _why_came(tx: Tx, look: Look, article_id: str, *, since: int) -> str:
    """Say what brought an entry in: what happened to it, or that others made room."""
    kinds = [then.kind for then in _rows(tx, look, article_id) if then.seq > since]
    if not kinds:
        return "moved up"
    return (Kind.PUBLISHED if Kind.PUBLISHED in kinds else kinds[-1]).value


def _why_gone(tx: Tx, look: Look, article_id: str) -> str:
    rows = _rows(tx, look, article_id)
    if not rows[-1].visible:
        return rows[-1].kind.value
    return _state(look.spell(rows))


def _state(spell: Spell | None) -> str:
    if spell is not None and spell.member:
        return "displaced by newer ones"
    return "aged" if spell is not None and spell.aged else "deselected"


def _rows(tx: Tx, look: Look, article_id: str) -> tuple[Then, ...]:
    stored = articles.by_id(tx, article_id)
    assert stored is not None
    return past.of_article(tx, stored.key, look.moment.seq)
