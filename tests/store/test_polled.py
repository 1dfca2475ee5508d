"""A reader that polls `changes` through a random month holds exactly what the store says it may hold."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from syndicate.actions.account import account_of, facts_of
from syndicate.actions.changes import After, changes
from syndicate.actions.fetched import note_fetched
from syndicate.actions.listings import list_copies
from syndicate.actions.offer import offer_due
from syndicate.actions.office import Office
from syndicate.actions.operate import pause_partner, replay, resume_partner
from syndicate.actions.release import keep_time
from syndicate.actions.retract import restore, retract
from syndicate.actions.routes import routes_of
from syndicate.actions.single import send_one, withdraw_one
from syndicate.app.service import Service
from syndicate.clock import FixedClock
from syndicate.errors import PartnerPausedError, SyndicateError
from syndicate.model.delivery import DeliveryState, Holding
from syndicate.store import articles, deliveries
from syndicate.store.tx import Tx
from tests.builders import NOON
from tests.papers import a_paper, put
from tests.store.servers import Server

PULL = """
[partners.gazette]
connector = "pull"
token = "env:PARTNER_SECRET"
schedule = "{schedule}"
delay = "{delay}"
[partners.gazette.select]
categories = ["Harbour"]
"""
STORIES = range(4)
SCHEDULES = ("immediately", "every 1h", "0 */6 * * *")


def named(number: int) -> str:
    return f"tag:harbour.example,2026:{number}"


VERBS: dict[str, Callable[[Office, str], Awaitable[Any]]] = {
    "retract": lambda office, name: retract(office, name, reason="wrong", public_note=None, actor="desk"),
    "restore": lambda office, name: restore(office, name, actor="desk"),
    "send": lambda office, name: send_one(office, name, "gazette", actor="desk"),
    "withdraw": lambda office, name: withdraw_one(office, name, "gazette", actor="desk"),
    "pause": lambda office, _: pause_partner(office, "gazette", reason="x", actor="desk"),
    "resume": lambda office, _: resume_partner(office, "gazette", actor="desk"),
    "replay": lambda office, _: replay(office, "gazette", since=NOON - timedelta(days=60), actor="desk"),
}


class Reader:
    """Holds what the items told it, as a receiver of webhooks would."""

    def __init__(self) -> None:
        self.after: After = "start"
        self.held: dict[str, tuple[int, str]] = {}

    async def poll(self, paper: Service, *, limit: int) -> None:
        try:
            page = await changes(paper.office, "gazette", self.after, limit=limit)
        except PartnerPausedError:
            return
        await note_fetched(paper.office, "gazette", page.carries)
        self.after = page.position
        for item in map(json.loads, page.items):
            self._apply(item)

    def _apply(self, item: dict[str, Any]) -> None:
        if item["article"] is None:
            self.held.pop(item["id"], None)
        else:
            self.held[item["id"]] = item["revision"], item["article"]["title"]


steps = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.sampled_from(STORIES), st.sampled_from(("Harbour", "Sport"))),
        st.tuples(st.just("correct"), st.sampled_from(STORIES), st.just("Harbour")),
        st.tuples(st.sampled_from(("retract", "restore", "send", "withdraw")), st.sampled_from(STORIES), st.just("")),
        st.tuples(st.just("pass"), st.sampled_from((1, 60, 3_600, 86_400)), st.just("")),
        st.tuples(st.just("poll"), st.sampled_from((1, 2, 50)), st.just("")),
        st.tuples(st.sampled_from(("pause", "resume", "replay", "reopen")), st.just(0), st.just("")),
    ),
    min_size=5,
    max_size=40,
)


class Month:
    """Lets one thing after the other happen at a paper, with a reader that polls it."""

    def __init__(self, clock: FixedClock) -> None:
        self.clock = clock
        self.reader = Reader()
        self.numbers = 0

    async def step(self, paper: Service, what: str, which: int, how: str) -> None:
        self.numbers += 1
        match what:
            case "put" | "correct":
                note = {"correction": f"Note {self.numbers}"} if what == "correct" else {}
                await put(paper, id=named(which), title=f"Title {self.numbers}", categories=[how], **note)
            case "pass":
                self.clock.advance(timedelta(seconds=which))
                await keep_time(paper.office)
            case "poll":
                await self.reader.poll(paper, limit=which)
            case _:
                await VERBS[what](paper.office, named(which))

    async def settle(self, paper: Service) -> None:
        """Let the partner have everything it is owed, and read to the end."""
        await resume_partner(paper.office, "gazette", actor="desk")
        for _ in range(3):
            self.clock.advance(timedelta(days=1))
            await offer_due(paper.office)
        before: After | None = None
        while self.reader.after != before:
            before = self.reader.after
            await self.reader.poll(paper, limit=2)


async def may_hold(paper: Service) -> dict[str, tuple[int, str]]:
    """Return revision and title of every story that the partner selects and may have, once nothing waits any more."""
    waiting = DeliveryState.WAITING.value
    found = await paper.store.read(deliveries.listing, partner="gazette", state=waiting, before=None, limit=10)
    assert not found
    standing = [await paper.store.read(_standing, named(number)) for number in STORIES]
    return {named(number): each for number, each in enumerate(standing) if each is not None}


def _standing(tx: Tx, name: str) -> tuple[int, str] | None:
    stored, route = articles.by_id(tx, name), routes_of(tx.generation).partner("gazette")
    if stored is None or stored.article is None:
        return None
    assert route is not None
    wants = account_of(tx, stored, facts_of(tx, stored)).standing(route, now=NOON).wants
    return (stored.revision, stored.article.title) if wants else None


async def live_through(folder: Path, url: str, schedule: str, delay: str, month: list[tuple[str, int, str]]) -> None:
    clock = FixedClock(NOON)
    living = Month(clock)
    config = f'[store]\nurl = "{url}"\n' + PULL.format(schedule=schedule, delay=delay)
    left = list(month)
    while left:
        async with a_paper(folder, config, clock=clock) as paper:
            while left and (step := left.pop(0))[0] != "reopen":
                try:
                    await living.step(paper, *step)
                    # As the worker does, at once.
                    await offer_due(paper.office)
                except SyndicateError:  # such as the retraction of what is not there
                    continue
    async with a_paper(folder, config, clock=clock) as paper:
        await living.settle(paper)
        assert living.reader.held == await may_hold(paper)
        copies = await list_copies(paper.office, article=None, partner="gazette", limit=100)
        held = {copy.article_id: copy.revision for copy in copies if copy.holding is Holding.HELD}
        assert held == {name: revision for name, (revision, _) in living.reader.held.items()}


@settings(max_examples=40)
@given(month=steps, schedule=st.sampled_from(SCHEDULES), delay=st.sampled_from(("0s", "2h")))
def test_a_reader_of_changes_holds_what_the_store_says_on_sqlite(
    month: list[tuple[str, int, str]], schedule: str, delay: str
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/paper.db"
        asyncio.run(live_through(Path(folder), url, schedule, delay, month))


@settings(max_examples=15)
@given(month=steps, schedule=st.sampled_from(SCHEDULES), delay=st.sampled_from(("0s", "2h")))
def test_a_reader_of_changes_holds_what_the_store_says_on_postgresql(
    postgres: Server, month: list[tuple[str, int, str]], schedule: str, delay: str
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(live_through(Path(folder), postgres.fresh_database(), schedule, delay, month))
