"""Which readers of a feed get a row of their own, so that no flood of invented ones grows anything."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from syndicate.model.readers import OTHERS, Polls

READERS_PER_FEED = 5_000
# Whoever was seen within a day keeps the place: a flood of new ones must not drive out those who come regularly.
KEEPS_PLACE_FOR = timedelta(days=1)


@dataclass(frozen=True)
class Admitted:
    """Readers with a row of their own, and those without as one row for each feed."""

    readers: tuple[Polls, ...]
    others: tuple[Polls, ...]


def merged(polls: Iterable[Polls]) -> dict[tuple[str, str], Polls]:
    """Add up what the same reader did."""
    found: dict[tuple[str, str], Polls] = {}
    for each in polls:
        before = found.get((each.feed, each.reader))
        found[each.feed, each.reader] = each if before is None else _sum(before, each)
    return found


def admit(newcomers: Iterable[Polls], room: Mapping[str, int]) -> Admitted:
    """Give newcomers the room that there is for each feed, in their order; all others count together."""
    left = dict(room)
    readers: list[Polls] = []
    others: defaultdict[str, list[Polls]] = defaultdict(list)
    for each in newcomers:
        if left[each.feed] > 0:
            left[each.feed] -= 1
            readers.append(each)
        else:
            others[each.feed].append(replace(each, reader=OTHERS, service=OTHERS, subscribers=None))
    return Admitted(tuple(readers), tuple(merged(each for of_feed in others.values() for each in of_feed).values()))


def _sum(before: Polls, later: Polls) -> Polls:
    return replace(
        later,
        subscribers=before.subscribers if later.subscribers is None else later.subscribers,
        polls=before.polls + later.polls,
        not_modified=before.not_modified + later.not_modified,
        unconditional=before.unconditional + later.unconditional,
    )
