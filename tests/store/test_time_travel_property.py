"""Whatever happened since: a feed as of a moment is the feed that stood there at that moment."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syndicate.actions.build import Snapshot
from syndicate.actions.past import as_of
from syndicate.actions.release import keep_time
from syndicate.actions.retract import restore, retract
from syndicate.app.service import Service
from syndicate.clock import FixedClock
from syndicate.errors import ArticleNotFoundError, ConflictError
from syndicate.render.feeds import FORMATS, render
from tests.builders import NOON
from tests.papers import a_paper, put

# Where there is such a place: nothing here is about the disk.
MEMORY = Path("/dev/shm") if Path("/dev/shm").is_dir() else None
STORIES = tuple(f"tag:harbour.example,2026:{name}" for name in ("ferry", "quay", "gull", "lock"))
# Narrow, small, and one whose articles grow too old: each loses members in its own way.
FEEDS = {
    "latest": 'title = "Latest"\nitems = 2\n',
    "harbour": 'title = "Harbour"\n[select]\ncategories = ["Harbour"]\n',
    "fresh": 'title = "Fresh"\n[select]\nmax_age = "2h"\n',
}
stories = st.sampled_from(STORIES)
changes = st.fixed_dictionaries(
    {"id": stories},
    optional={
        "title": st.sampled_from(["One", "Two", "Three"]),
        "categories": st.sampled_from([["Harbour"], ["World"]]),
        "audience": st.sampled_from(["public", "partners"]),
        "ends_in": st.sampled_from([1, 3]),
        "starts_in": st.sampled_from([1, 2]),
    },
)
acts = st.one_of(
    st.tuples(st.just("put"), changes),
    st.tuples(st.just("put"), changes),
    st.tuples(st.just("retract"), stories),
    st.tuples(st.just("restore"), stories),
    st.tuples(st.just("wait"), st.integers(1, 90)),
)


async def do(paper: Service, clock: FixedClock, verb: str, what: Any) -> None:
    try:
        if verb == "put":
            record = dict(what)
            for key, name in (("ends_in", "expires_at"), ("starts_in", "embargo_until")):
                if key in record:
                    record[name] = (clock.now() + timedelta(hours=record.pop(key))).isoformat()
            await put(paper, **record)
        elif verb == "retract":
            await retract(paper.office, what, reason="wrong", public_note=None, actor="desk")
        elif verb == "restore":
            await restore(paper.office, what, actor="desk")
        else:
            clock.advance(timedelta(minutes=what))
    except (ConflictError, ArticleNotFoundError):
        pass  # A newsroom may ask for what cannot be; nothing happens then.


def essence(shown: Snapshot) -> tuple[Any, ...]:
    """Tell what readers see: each entry with its revision and its times, and each tombstone."""
    content = shown.content
    entries = [(each.id, each.article.revision, each.published_at, each.updated_at) for each in content.entries]
    return entries, sorted((each.id, each.left_at) for each in content.tombstones)


async def live(folder: Path, history: Sequence[tuple[str, Any]]) -> None:
    clock = FixedClock(NOON)
    async with a_paper(folder, clock=clock, feeds=FEEDS) as paper:
        captured = []
        await put(paper, id=STORIES[0])
        for verb, what in history:
            clock.advance(timedelta(minutes=1))
            await do(paper, clock, verb, what)
            await keep_time(paper.office)
            captured += [(clock.now(), slug, await snapshot_of(paper, slug)) for slug in FEEDS]
        for at, slug, shown in captured:
            then = await as_of(paper.office, slug, at)
            assert essence(then.snapshot) == essence(shown), (slug, at)
            assert [each[1] for each in essence(shown)[0]] == list(then.revisions)
            assert slug == "fresh" or same_bytes(then.snapshot, shown), (slug, at)


async def snapshot_of(paper: Service, slug: str) -> Snapshot:
    return Snapshot(paper.editions.heads[slug], await paper.editions.content(slug))


def same_bytes(one: Snapshot, other: Snapshot) -> bool:
    """Compare the documents, for whose dates what merely grew old leaves no trace."""
    return all(render(one.content, name) == render(other.content, name) for name in FORMATS)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(history=st.lists(acts, min_size=1, max_size=14))
def test_a_feed_as_of_a_moment_is_the_feed_that_stood_there(history: Sequence[tuple[str, Any]]) -> None:
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        asyncio.run(live(Path(folder), history))
