"""Write down who polled since the last time, and which partner is missed."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from syndicate.model.readers import OTHERS, Polls, Reader
from syndicate.model.views import partner_of_key
from syndicate.policy.admission import KEEPS_PLACE_FOR, READERS_PER_FEED, admit, merged
from syndicate.policy.polling import is_silent, smoothed_interval
from syndicate.policy.readers import Agent, household
from syndicate.store import meta, readers
from syndicate.store.tx import Tx

# Addresses are kept as digests under this secret of the store: enough to tell readers apart, and no address.
DIGEST_KEY = "readership_key"
_DIGEST_BYTES = 8
# The feed, what tells the reader apart beside its address, and the address where that counts.
Name = tuple[str, str, str]


@dataclass(slots=True)
class Counted:
    """What one poller did since the last flush. It changes at every request, which a frozen value could not pay for."""

    agent: Agent
    polls: int = 0
    not_modified: int = 0
    unconditional: int = 0


def note_polls(tx: Tx, counted: Mapping[Name, Counted], fresh_key: str, now: datetime) -> Sequence[str]:
    """Write polls; returns the partners among them that had been missed."""
    key = _digest_key(tx, fresh_key).encode()
    polls = merged(_polls(key, name, each) for name, each in counted.items())
    known = readers.known(tx, {*polls, *((feed, OTHERS) for feed, _ in polls)})
    new = [each for name, each in polls.items() if name not in known and each.reader != OTHERS]
    placed = [each for name, each in polls.items() if name in known or each.reader == OTHERS]
    admitted = admit(new, _room(tx, new, now))
    every = merged([*placed, *admitted.readers, *admitted.others])
    readers.add(tx, [each for name, each in every.items() if name not in known], at=now)
    again = [(each, known[name]) for name, each in every.items() if name in known]
    readers.count(tx, [(each, _interval(each, before, now)) for each, before in again], at=now)
    return [partner_of_key(each.feed) or each.feed for each, before in again if before.silent_since is not None]


def miss_partners(tx: Tx, listening_since: datetime, now: datetime) -> Sequence[str]:
    """Note which partners have stopped coming; returns those that were not missed yet."""
    silent = (
        each
        for each in readers.partners(tx)
        if is_silent(each.last_at, each.interval, listening_since=listening_since, now=now)
    )
    missed = [each.feed for each in silent if readers.miss(tx, each, at=now)]
    # Who is declared no more has a right to be silent.
    names = (partner_of_key(feed) for feed in missed)
    return [name for name in names if name and tx.declarations.partner(name)]


def _digest_key(tx: Tx, fresh: str) -> str:
    known = meta.get(tx, DIGEST_KEY)
    if known is None:
        meta.put(tx, DIGEST_KEY, fresh)
    return known or fresh


def _polls(key: bytes, name: Name, counted: Counted) -> Polls:
    feed, reader, address = name
    return Polls(
        feed=feed,
        reader=f"{reader}#{_digest(key, feed, address)}" if address else reader,
        service=counted.agent.service,
        subscribers=_subscribers(counted.agent),
        polls=counted.polls,
        not_modified=counted.not_modified,
        unconditional=counted.unconditional,
    )


def _digest(key: bytes, feed: str, address: str) -> str:
    """Return a name for an address that nobody can take back to it without the key, other for each feed."""
    text = f"{feed} {household(address)}".encode()
    return hashlib.blake2b(text, key=key[: hashlib.blake2b.MAX_KEY_SIZE], digest_size=_DIGEST_BYTES).hexdigest()


def _subscribers(agent: Agent) -> int | None:
    """Return what it claims; an installation that does not count is one; None where a hosted one said nothing."""
    if agent.subscribers is not None or agent.is_hosted:
        return agent.subscribers
    return int(agent.is_reader)


def _room(tx: Tx, new: Sequence[Polls], now: datetime) -> dict[str, int]:
    """Return how many readers of each feed find room; those that were not seen for a day make some."""
    wanted = Counter(each.feed for each in new)
    kept = readers.numbers(tx, wanted) if wanted else {}
    room = {feed: max(READERS_PER_FEED - kept.get(feed, 0), 0) for feed in wanted}
    for feed, number in wanted.items():
        if number > room[feed]:
            before = now - KEEPS_PLACE_FOR
            room[feed] += readers.forget_least_recent(tx, feed, before=before, limit=number - room[feed])
    return room


def _interval(polls: Polls, before: Reader, now: datetime) -> int | None:
    known = None if before.interval is None else int(before.interval.total_seconds())
    return smoothed_interval(known, elapsed=now - before.last_at, polls=polls.polls)
