"""The PostgreSQL driver: several processes on one database never undo each other, and lose nothing."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError, ProgrammingError

from syndicate.actions.adopt import Evaluated, _adopt, adopt
from syndicate.actions.claim import Room, _claim
from syndicate.actions.listings import list_journal, trace
from syndicate.actions.office import Office
from syndicate.actions.operate import pause_partner
from syndicate.actions.release import keep_time
from syndicate.actions.retract import retract
from syndicate.clock import FixedClock
from syndicate.errors import StoreError
from syndicate.model.article import Status
from syndicate.model.delivery import DeliveryState
from syndicate.store import articles, copies, deliveries, journal, memberships, meta, partners
from syndicate.store.postgres import PostgresDriver
from syndicate.store.store import Store
from syndicate.store.tx import Tx
from tests.builders import NOON
from tests.papers import configure
from tests.store.mailroom import FERRY, PARTNER, answer, claim_all, owed, put_story
from tests.store.opening import open_store
from tests.store.servers import Server


@pytest.fixture
async def store(postgres_url: str) -> AsyncIterator[Store]:
    async with open_store(postgres_url) as opened:
        yield opened


@pytest.fixture
async def other(postgres_url: str, store: Store) -> AsyncIterator[Store]:
    """Open the same database once more, as another process does."""
    async with open_store(postgres_url) as opened:
        yield opened


def office_of(store: Store, name: str = "one") -> Office:
    numbers = count(1)
    return Office(store, FixedClock(NOON).now, lambda prefix: f"{prefix}_{name}_{next(numbers)}")


@pytest.fixture
async def office(store: Store, tmp_path: Path) -> Office:
    made = office_of(store)
    await adopt(made, configure(tmp_path, PARTNER).declarations)
    return made


class Paused:
    """A transaction of `store` that ran `function` and waits with its commit until the block ends."""

    def __init__(self, store: Store, function: Callable[..., Any], *args: Any) -> None:
        self._store, self._function, self._args = store, function, args
        self._go_on = threading.Event()

    async def __aenter__(self) -> asyncio.Task[None]:
        reached = threading.Event()

        def run(tx: Tx) -> None:
            self._function(tx, *self._args)
            reached.set()
            self._go_on.wait(10)

        self._task = asyncio.create_task(self._store.write(run))
        await asyncio.to_thread(reached.wait, 10)
        return self._task

    async def __aexit__(self, *_: object) -> None:
        self._go_on.set()
        await self._task


async def soon(task: asyncio.Task[Any]) -> None:
    """Give a task time to reach a lock."""
    await asyncio.wait([task], timeout=0.3)


# --- what a commit promises ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("setting", ["synchronous_commit"])
async def test_settings_that_would_lose_commits_are_refused(postgres: Server, postgres_url: str, setting: str) -> None:
    name = postgres_url.removeprefix("postgresql:///").partition("?")[0]
    with postgres.connect() as connection:
        connection.execute(f"ALTER DATABASE {name} SET {setting} = off".encode())
    with pytest.raises(StoreError, match=setting) as refused:
        Store(PostgresDriver(postgres_url)).open()
    assert setting in refused.value.remedy


async def test_a_server_that_cannot_be_reached_is_named_without_its_password(tmp_path: Path) -> None:
    driver = PostgresDriver(f"postgresql:///paper?host={tmp_path}&user=desk", password="hunter2")
    with pytest.raises(StoreError, match="could not be reached") as refused:
        Store(driver).open()
    assert "[store] url" in refused.value.remedy
    assert "hunter2" not in str(refused.value) + repr(refused.value.__cause__)


async def test_a_reader_cannot_write(store: Store) -> None:
    with pytest.raises(StoreError, match="read-only"):
        await store.read(meta.put, "a", "1")
    assert await store.read(meta.get, "a") is None


async def test_a_read_sees_one_snapshot(store: Store) -> None:
    began, written = threading.Event(), threading.Event()

    def twice(tx: Tx) -> tuple[str | None, str | None]:
        before = meta.get(tx, "a")
        began.set()
        written.wait(10)
        return before, meta.get(tx, "a")

    await store.write(meta.put, "a", "1")
    reading = asyncio.create_task(store.read(twice))
    await asyncio.to_thread(began.wait, 10)
    await store.write(meta.put, "a", "2")
    written.set()
    assert await reading == ("1", "1")


async def test_a_broken_constraint_and_a_wrong_statement_stay_loud(store: Store) -> None:
    def nothing(tx: Tx) -> None:
        tx.connection.exec_driver_sql("INSERT INTO meta (name, value) VALUES ('a', NULL)")

    def nowhere(tx: Tx) -> None:
        tx.connection.exec_driver_sql("SELECT * FROM nowhere")

    with pytest.raises(IntegrityError):
        await store.write(nothing)
    for run in (store.read, store.write):
        with pytest.raises(ProgrammingError):
            await run(nowhere)


async def test_a_dropped_connection_is_an_outage_that_passes(store: Store) -> None:
    def drop(tx: Tx) -> None:
        tx.connection.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")

    with pytest.raises(StoreError, match="could not write"):
        await store.write(drop)
    await store.write(meta.put, "a", "1")
    assert await store.read(meta.get, "a") == "1"


# --- the order of seq ----------------------------------------------------------------------------------------------


async def test_a_reader_that_polls_the_journal_sees_every_row_once_and_in_order(office: Office, other: Store) -> None:
    offices = [office, office_of(other, "two")]
    seen: list[int] = []

    async def poll() -> None:
        while len(seen) < 160:
            rows = await other.read(journal.after, seen[-1] if seen else 0, limit=500)
            seen.extend(row.seq for row in rows)

    async def write(writer: int) -> None:
        for number in range(20):
            story = f"tag:harbour.example,2026:{writer}-{number}"
            await put_story(offices[writer % 2], id=story, title=f"Story {writer} {number}")

    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        group.create_task(poll())
        for writer in range(8):
            group.create_task(write(writer))
    everything = await list_journal(office, after=0, before=None, limit=1_000)
    assert seen == [row.seq for row in everything]
    assert len(seen) == 160


# --- collisions ----------------------------------------------------------------------------------------------------


async def test_two_first_versions_at_once_make_one_article_with_two_revisions(office: Office, other: Store) -> None:
    both = [put_story(office, title="One"), put_story(office_of(other, "two"), title="Two")]
    await asyncio.gather(*both)
    found = await trace(office, FERRY)
    assert found.stored.revision == 2
    assert [(row.revision, row.kind.value) for row in found.journal] == [(1, "published"), (2, "updated")]


async def test_twenty_changes_at_once_make_twenty_revisions_and_one_unsent_delivery(
    office: Office, other: Store
) -> None:
    offices = [office, office_of(other, "two")]
    await asyncio.gather(*(put_story(offices[number % 2], title=f"Title {number}") for number in range(20)))
    found = await trace(office, FERRY)
    assert found.stored.revision == 20
    assert [each.state for each in found.deliveries].count(DeliveryState.WAITING) == 1


async def test_a_retraction_waits_for_a_claim_that_came_first_and_is_sent_after_it(
    office: Office, other: Store
) -> None:
    """Else it would read that nothing had begun, and cancel what is already on its way."""
    await put_story(office)
    rooms = {"gazette": Room(10, 10, 0)}
    claiming = Paused(other, _claim, rooms, office_of(other, "two").occasion("dispatcher"))
    async with claiming:
        retracting = asyncio.create_task(retract(office, FERRY, reason="wrong", public_note=None, actor="desk"))
        await soon(retracting)
    await retracting
    assert [(each.type.value, each.state.value) for each in await owed(office)] == [
        ("article.published", "sending"),
        ("article.retracted", "waiting"),
    ]


async def test_what_a_change_is_about_to_replace_is_not_claimed_meanwhile(office: Office, other: Store) -> None:
    await put_story(office)
    key = (await trace(office, FERRY)).stored.key
    async with Paused(other, deliveries.waiting_of_article, key):
        assert await claim_all(office) == ()
    assert len(await claim_all(office)) == 1


async def test_two_clocks_release_a_story_once(office: Office, other: Store) -> None:
    embargo = (NOON + timedelta(hours=1)).isoformat()
    for number in range(20):
        await put_story(office, id=f"tag:x,2026:{number}", title=f"Story {number}", embargo_until=embargo)
    later = NOON + timedelta(hours=2)
    offices = [Office(each.store, lambda: later, each.new_id) for each in (office, office_of(other, "two"))]
    await asyncio.gather(*(keep_time(each) for each in offices * 2))
    rows = await list_journal(office, after=0, before=None, limit=100)
    assert len(rows) == len({row.article_id for row in rows}) == 20


async def test_a_release_that_lost_against_a_retraction_does_not_undo_it(office: Office, other: Store) -> None:
    await put_story(office)
    key = (await trace(office, FERRY)).stored.key

    def retracted(tx: Tx) -> None:
        articles.change(tx, key, status=Status.RETRACTED.value)

    def status(tx: Tx) -> str:
        found = articles.find(tx, FERRY)
        assert found is not None
        return found.status.value

    async with Paused(other, retracted):
        reading = asyncio.create_task(office.store.write(status))
        await soon(reading)
        assert not reading.done(), "who decides on an article waits for whoever changes it"
    assert await reading == "retracted"


async def test_a_pause_is_not_overwritten_by_the_outcome_of_a_send(office: Office, other: Store) -> None:
    await put_story(office)
    parcels = await claim_all(office)
    await answer(office, parcels)  # the partner's row is there now
    await put_story(office, title="Second")
    parcels = await claim_all(office)

    def paused(tx: Tx) -> None:
        found = partners.healths_to_change(tx, ["gazette"]).get("gazette")
        assert found is not None
        partners.set_health(tx, "gazette", found.replace('"healthy"', '"paused"'), at=NOON)

    async with Paused(other, paused):
        recording = asyncio.create_task(answer(office, parcels))
        await soon(recording)
    await recording
    assert '"paused"' in str(await office.store.read(partners.healths, ["gazette"]))
    await pause_partner(office, "gazette", reason="x", actor="desk")


# --- generations ---------------------------------------------------------------------------------------------------


async def test_every_process_works_under_the_generation_adopted_last(
    office: Office, other: Store, tmp_path: Path
) -> None:
    second = office_of(other, "two")
    await put_story(second, id="tag:x,2026:1", title="One")
    feeds = {"sport": 'title = "Sport"\n[select]\ncategories = ["Sport"]\n'}
    assert await adopt(office, configure(tmp_path, PARTNER, feeds=feeds).declarations) is not None
    await put_story(second, id="tag:x,2026:2", title="Two", categories=["Sport"])
    found = await other.read(memberships.newest, "sport", limit=5)
    assert [member.article.title for member in found] == ["Two"]


async def test_a_change_that_waited_for_an_adoption_is_sorted_by_what_was_adopted(
    office: Office, other: Store, tmp_path: Path
) -> None:
    feeds = {"sport": 'title = "Sport"\n[select]\ncategories = ["Sport"]\n'}
    before = configure(tmp_path, PARTNER).declarations
    after = configure(tmp_path, PARTNER, feeds=feeds).declarations
    occasion = office_of(other, "two").occasion("configuration")
    adopting = Paused(other, _adopt, before, after, Evaluated(0, {"sport": {}}, {"sport": set()}), occasion)
    async with adopting:
        accepting = asyncio.create_task(put_story(office, categories=["Sport"]))
        await soon(accepting)
    await accepting
    assert len(await other.read(memberships.newest, "sport", limit=5)) == 1


async def test_a_claim_notes_that_the_partner_may_hold_it_beside_a_change_of_the_same_story(
    office: Office, other: Store
) -> None:
    """The copy's row names the article, which a change keeps: the claim does not have to wait for it."""
    await put_story(office)
    key = (await trace(office, FERRY)).stored.key
    async with Paused(other, articles.by_key, key), asyncio.timeout(3):
        assert len(await claim_all(office)) == 1
    assert list(await office.store.read(copies.of_article, key)) == ["gazette"]
