"""After the noise: does what is on disk, what partners hold and what feeds show agree with what was promised?"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from tests.proof.load import Change, History, Told, Verb
from tests.proof.receivers import TAKEN, Arrival, Behaviour

# What a process sent before it was killed, a site may read a moment after; no process starts as fast as that.
LATE_NOTE = 0.3
State = tuple[str, str]
"""published or retracted, and the title."""


@dataclass(frozen=True)
class Stored:
    """An article as the database has it."""

    id: str
    status: str
    title: str
    category: str
    revision: int
    seq: int


@dataclass(frozen=True)
class Disk:
    """What the database holds after the service has stopped."""

    articles: Mapping[str, Stored]
    revisions: Mapping[tuple[str, int], str]
    deliveries: Sequence[Mapping[str, Any]]
    sound: Sequence[str]


def read_disk(database: Path) -> Disk:
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        connection.row_factory = sqlite3.Row
        sound = [row[0] for row in connection.execute("PRAGMA integrity_check")]
        sound += [str(tuple(row)) for row in connection.execute("PRAGMA foreign_key_check")]
        found = [_stored(row) for row in connection.execute("SELECT * FROM articles")]
        titles = "SELECT a.id, r.revision, r.record FROM revisions r JOIN articles a ON a.key = r.article_key"
        revisions = {(row[0], row[1]): json.loads(row[2])["title"] for row in connection.execute(titles)}
        owed = [dict(row) for row in connection.execute("SELECT * FROM deliveries")]
    connection.close()
    return Disk({each.id: each for each in found}, revisions, owed, sound)


def _stored(row: sqlite3.Row) -> Stored:
    record = json.loads(row["record"])
    category = record["categories"][0]["term"]
    return Stored(row["id"], row["status"], record["title"], category, row["revision"], row["seq"])


# --- what newsrooms were told --------------------------------------------------------------------------------------


def accepted_is_kept(history: History, disk: Disk) -> Iterator[str]:
    """I1: every change answered with success is there as asked; the last state follows from the answers."""
    for change in history.changes:
        if change.told is Told.OK and change.wanted.verb is Verb.PUT and change.revision is not None:
            kept = disk.revisions.get((change.article_id, change.revision))
            if kept != change.wanted.title:
                yield f"I1: {change.article_id} revision {change.revision} is {kept!r}, not {change.wanted.title!r}"
    for article_id in history.article_ids:
        stored = disk.articles.get(article_id)
        actual = None if stored is None else (stored.status, stored.title)
        possible = possible_states(history.of(article_id))
        if actual not in possible:
            yield f"I1: {article_id} ended as {actual}, after answers that allow {possible}"


def possible_states(changes: Sequence[Change]) -> set[State | None]:
    states: set[State | None] = {None}
    for change in changes:
        if change.told is Told.OK:
            states = {_after(state, change) for state in states}
        elif change.told is Told.UNKNOWN:
            states |= {_after(state, change) for state in states}
    return states


def _after(state: State | None, change: Change) -> State | None:
    match change.wanted.verb:
        case Verb.PUT:
            refused = state is not None and state[0] == "retracted"
            return state if refused else ("published", change.wanted.title)
        case Verb.RETRACT:
            return None if state is None else ("retracted", state[1])
        case Verb.RESTORE:
            return None if state is None else ("published", state[1])


def disk_is_sound(disk: Disk) -> Iterator[str]:
    """I16, and I3: nothing waits or is being sent once every partner is well and had its time."""
    if list(disk.sound) != ["ok"]:
        yield f"I16: {disk.sound}"
    left = [row for row in disk.deliveries if row["state"] in ("waiting", "sending", "failed")]
    for row in left:
        yield f"I3: {row['id']} to {row['partner']} is still {row['state']}: {row['reason']}"


# --- what partners saw ---------------------------------------------------------------------------------------------


def partners_agree(arrivals: Sequence[Arrival], disk: Disk, selections: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """I4, I6: what each partner holds in the end is the newest state of what it selects, and nothing else."""
    holds: dict[tuple[str, str | None], Arrival] = {}
    for arrival in arrivals:
        if arrival.behaviour in TAKEN:
            holds[arrival.key] = arrival
    for partner, categories in selections.items():
        for article in disk.articles.values():
            wanted = article.status == "published" and (not categories or article.category in categories)
            last = holds.get((partner, article.id))
            held = None if last is None or last.withdrawn else last.title
            if held != (article.title if wanted else None):
                yield f"I6: {partner} ends with {held!r} of {article}"


def order_is_kept(arrivals: Sequence[Arrival]) -> Iterator[str]:
    """I6, I7, I8: of one article a partner never sees an older change after a newer, nor two at once."""
    for (partner, article_id), series in _series(arrivals).items():
        for before, after in pairwise(series):
            if (after.seq or 0) < (before.seq or 0):
                yield f"I6: {partner} saw {before.seq} of {article_id} and then {after.seq}"
            if after.at < before.ended_at:
                yield f"I8: {partner} got {after.id} of {article_id} while {before.id} was under way"


def ids_are_stable(arrivals: Sequence[Arrival]) -> Iterator[str]:
    """I5, B27: one change has one id and one body at a partner, however often it comes; all is signed."""
    ids, bodies = defaultdict(set), defaultdict(set)
    for arrival in arrivals:
        ids[(*arrival.key, arrival.seq, arrival.withdrawn)].add(arrival.id)
        bodies[arrival.id].add(arrival.body_hash)
        if not arrival.genuine:
            yield f"B27: {arrival.id} to {arrival.partner} is not signed with our secret"
    yield from (f"I5: {key} came under {sorted(found)}" for key, found in ids.items() if len(found) > 1)
    yield from (f"I5: {each} came with {len(found)} bodies" for each, found in bodies.items() if len(found) > 1)


def repeats_have_reasons(arrivals: Sequence[Arrival], kills: Sequence[float]) -> Iterator[str]:
    """I5: what was taken with a good answer comes again only when the process died before it could note that."""
    for series in _by_id(arrivals).values():
        for before, after in pairwise(series):
            died = any(before.at - LATE_NOTE <= kill <= after.at for kill in kills)
            if before.behaviour is Behaviour.OK and not died:
                yield f"I5: {before.id} came to {before.partner} again, though its first coming was answered"


def repeats(arrivals: Sequence[Arrival]) -> int:
    return sum(len(series) - 1 for series in _by_id(arrivals).values())


def _series(arrivals: Sequence[Arrival]) -> dict[tuple[str, str | None], list[Arrival]]:
    found: dict[tuple[str, str | None], list[Arrival]] = defaultdict(list)
    for arrival in sorted(arrivals, key=lambda each: each.at):
        found[arrival.key].append(arrival)
    return found


def _by_id(arrivals: Sequence[Arrival]) -> dict[str, list[Arrival]]:
    found: dict[str, list[Arrival]] = defaultdict(list)
    for arrival in sorted(arrivals, key=lambda each: each.at):
        found[arrival.id].append(arrival)
    return found


# --- what feeds show -----------------------------------------------------------------------------------------------


def feed_is_newest(address: str, titles: Sequence[str], disk: Disk, categories: Sequence[str]) -> Iterator[str]:
    """I9: after recovery a feed shows exactly the published articles it selects, each as it stands."""
    wanted = {
        article.title
        for article in disk.articles.values()
        if article.status == "published" and (not categories or article.category in categories)
    }
    if set(titles) != wanted or len(titles) != len(wanted):
        yield f"I9: {address} shows {sorted(titles)}, not {sorted(wanted)}"
