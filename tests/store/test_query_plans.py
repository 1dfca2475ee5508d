"""The queries that run all the time use their index: their cost does not grow with what is stored."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from syndicate.model.delivery import Lane
from syndicate.store import (
    alerts,
    articles,
    attempts,
    backlog,
    copies,
    deliveries,
    foresight,
    history,
    journal,
    leases,
    memberships,
    pace,
)
from syndicate.store.schema_alerts import metadata
from syndicate.store.store import Store
from syndicate.store.tx import Tx
from tests.builders import NOON, an_article
from tests.store.opening import open_store

AT = int(NOON.timestamp() * 1_000_000)
Query = Callable[[Tx], Any]

# Each with the index it must use; none may sort, and none may walk a table.
HOT: dict[str, tuple[str, Query]] = {
    "what a partner may be sent": (
        "deliveries_due",
        lambda tx: leases.claimable(tx, "gazette", lane=Lane.NORMAL, now=NOON, limit=10),
    ),
    "how many deliveries are in each state": ("deliveries_by_state", deliveries.counts_by_state),
    "how long what is owed has waited": ("deliveries_one_sending", backlog.owed),
    "what a quota counts": (
        "deliveries_by_state",
        lambda tx: deliveries.new_stories(tx, "gazette", since=NOON, but=1),
    ),
    "when something is due": ("deliveries_next", deliveries.next_due),
    "what is unsent of an article": ("deliveries_by_article", lambda tx: deliveries.waiting_of_article(tx, 1)),
    "leases that ran out": ("deliveries_one_sending", lambda tx: leases.release_expired(tx, now=NOON)),
    "leases that are renewed": ("deliveries_one_sending", lambda tx: leases.renew(tx, ["a"], until=NOON)),
    "outcomes that count": ("sqlite_autoindex_deliveries_1", lambda tx: leases.leased(tx, frozenset({("d", "a")}))),
    "the newest deliveries": (
        "deliveries_newest",
        lambda tx: deliveries.listing(tx, partner=None, state=None, before=None, limit=10),
    ),
    "deliveries to forget": (
        "deliveries_finished",
        lambda tx: deliveries.forget_finished(tx, before=NOON + timedelta(days=1), limit=10),
    ),
    "attempts to forget": (
        "deliveries_finished",
        lambda tx: attempts.forget_of_finished(tx, after=(NOON, ""), before=NOON + timedelta(days=1), limit=10),
    ),
    "a feed's newest members": ("memberships_newest", lambda tx: memberships.newest(tx, "world", limit=10)),
    "the articles of an archive": (
        "memberships_by_ordinal",
        lambda tx: history.between(tx, "world", after=50, upto=100),
    ),
    "how many articles ever came": ("memberships_by_ordinal", lambda tx: history.last_ordinal(tx, "world")),
    "what archives do not hold yet": ("memberships_by_ordinal", lambda tx: history.to_reach(tx, "world", after=950)),
    "what changed in a feed": (
        "memberships_changed",
        lambda tx: history.changed_since(tx, "world", 900, limit=10),
    ),
    "the window of a feed": ("memberships_newest", lambda tx: history.window(tx, "world", limit=10)),
    "who left a feed": ("memberships_left", lambda tx: memberships.left(tx, "world", limit=10)),
    "members past their age": ("memberships_leaving", lambda tx: memberships.aged(tx, now=NOON, limit=10)),
    "when a member is past its age": ("memberships_leaving", memberships.next_leaving),
    "when a feed's next member is past its age": (
        "memberships_leaving_of",
        lambda tx: foresight.next_leaving_of(tx, "world", until=NOON),
    ),
    "when a feed's next member expires": (
        "articles_by_expiry",
        lambda tx: foresight.next_ending_of(tx, "world", until=NOON, limit=10),
    ),
    "when the rights in a feed's next member end": (
        "articles_by_rights",
        lambda tx: foresight.next_ending_of(tx, "world", until=NOON, limit=10),
    ),
    "when a feed last changed": ("memberships_newest", lambda tx: foresight.last_changes(tx, "world", limit=10)),
    "the journal after a cursor": ("INTEGER PRIMARY KEY", lambda tx: journal.after(tx, 5, limit=10)),
    "the journal of an article": ("journal_by_article", lambda tx: journal.of_article(tx, 1)),
    "what is due for release": ("articles_by_release", lambda tx: articles.due_for_release(tx, now=NOON, limit=10)),
    "what is due for expiry": ("articles_by_expiry", lambda tx: articles.due_for_expiry(tx, now=NOON, limit=10)),
    "when the clock is needed": ("articles_by_release", articles.next_instant),
    "the front page": ("articles_by_newest", lambda tx: articles.newest_public(tx, limit=10)),
    "articles by their last change": (
        "articles_by_change",
        lambda tx: articles.listing(tx, status=None, source_upstream=None, before=None, limit=10),
    ),
    "articles later than a seq": ("articles_by_seq", lambda tx: articles.changed_since(tx, 5)),
    "copies of an article": ("copies_by_article", lambda tx: copies.of_article(tx, 1)),
    "copies of a partner": (
        "copies_by_partner",
        lambda tx: copies.listing(tx, key=None, partner="gazette", limit=10),
    ),
}

# What the alarm asks every few seconds; the few rows that are found may be sorted.
ALARM: dict[str, tuple[str, Query]] = {
    "what waits": ("deliveries_one_waiting", alerts.waiting),
    "what was given up": ("deliveries_given_up", lambda tx: alerts.given_up(tx, since=NOON)),
    "retractions that are owed": (
        "deliveries_by_state",
        lambda tx: alerts.unheeded(tx, "gazette", before=NOON, limit=10),
    ),
    "withdrawals that were not fetched": (
        "memberships_left",
        lambda tx: alerts.unfetched(tx, "gazette", "partner:gazette", before=NOON, limit=10),
    ),
    "when an upstream was heard of": ("upstream_articles_by_time", lambda tx: alerts.last_heard(tx, "wire")),
    "how much changed": ("sqlite_autoindex_pace_1", lambda tx: pace.within_the_hour(tx, now=NOON)),
}


@pytest.fixture
async def store(sqlite_path: Path) -> AsyncIterator[Store]:
    """Open a store with a thousand articles and what follows from them, so that plans are those of real use."""
    async with open_store(f"sqlite:///{sqlite_path}") as opened:
        await opened.write(fill)
        yield opened


STORED = f"""
INSERT INTO articles (id, slug, revision, status, seq, record, content_hash, published_at, updated_at, changed_at,
    released_at, audience)
SELECT 'id' || i, 'slug' || i, 1, 'published', i, ?, '', {AT}, {AT} + i, {AT} + i, {AT}, 'public' FROM n
"""
FOLLOWING = (
    f"""
INSERT INTO journal (seq, article_key, article_id, revision, kind, at, actor)
SELECT i, i, 'id' || i, 1, 'published', {AT}, '' FROM n
""",
    f"""
INSERT INTO deliveries (id, partner, article_key, article_id, revision, seq, type, lane, state, due_at, owed_at,
    created_at, attempts, tries, finished_at)
SELECT 'd' || i, 'gazette', i, 'id' || i, 1, i, 'article.published', 2, iif(i % 20, 'delivered', 'waiting'), {AT} + i,
    {AT}, {AT}, 0, 0, iif(i % 20, {AT}, NULL) FROM n
""",
    f"""
INSERT INTO copies (partner, article_key, article_id, holding, revision, seq, remote, changed_at)
SELECT 'gazette', i, 'id' || i, 'held', 1, i, '{{}}', {AT} FROM n
""",
    f"""
INSERT INTO memberships (feed, article_key, article_id, entered_seq, changed_seq, published_at, updated_at, ordinal)
SELECT 'world', i, 'id' || i, i, i, {AT}, {AT} + i, i FROM n
""",
)
NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)"


def fill(tx: Tx) -> None:
    tx.connection.exec_driver_sql(NUMBERS + STORED, (articles.dump(an_article()),))
    for statement in FOLLOWING:
        tx.connection.exec_driver_sql(NUMBERS + statement)


def plans(tx: Tx, query: Query) -> list[str]:
    """Return how SQLite runs the statements of a query."""
    found: list[str] = []

    def explain(_connection: Any, cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        cursor.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
        found.extend(row[3] for row in cursor.fetchall())

    event.listen(tx.connection, "before_cursor_execute", explain)
    try:
        query(tx)
    finally:
        event.remove(tx.connection, "before_cursor_execute", explain)
    return found


def walks_a_table(step: str) -> bool:
    return step.startswith("SCAN") and "USING" not in step and step.split()[1] in metadata.tables


@pytest.mark.parametrize("name", HOT)
async def test_a_query_that_runs_all_the_time_uses_its_index(store: Store, name: str) -> None:
    index, query = HOT[name]
    steps = await store.write(plans, query)
    assert any(index in step for step in steps), steps
    assert [step for step in steps if walks_a_table(step) or "FOR ORDER BY" in step] == []


@pytest.mark.parametrize("name", ALARM)
async def test_what_the_alarm_asks_walks_no_table(store: Store, name: str) -> None:
    index, query = ALARM[name]
    steps = await store.write(plans, query)
    assert any(index in step for step in steps), steps
    assert [step for step in steps if walks_a_table(step)] == []


async def test_a_listing_goes_on_from_its_cursor_without_reading_what_came_before(store: Store) -> None:
    at = NOON + timedelta(microseconds=500)
    steps = await store.write(
        plans, lambda tx: articles.listing(tx, status=None, source_upstream=None, before=(at, 500), limit=10)
    )
    assert [step for step in steps if "articles_by_change" in step], steps
    assert not [step for step in steps if "TEMP B-TREE" in step]


async def test_a_statement_is_compiled_once(store: Store) -> None:
    """SQLAlchemy keeps compiled statements by their shape: values must be bound, never written in."""

    def compiled(tx: Tx, number: int) -> int:
        for _index, query in HOT.values():
            query(tx)
        articles.change(tx, number, seq=number)
        return len(tx.connection.engine._compiled_cache or ())

    assert await store.write(compiled, 1) == await store.write(compiled, 2)


GROWN_OLD = "UPDATE memberships SET left_seq = changed_seq, left_at = updated_at, left_cause = 'aged'"


def work(tx: Tx, query: Query) -> int:
    """Return how many tens of instructions SQLite took for a query."""
    connection: Any = tx.connection.connection.dbapi_connection
    ticks: list[None] = []
    connection.set_progress_handler(lambda: ticks.append(None), 10)
    try:
        query(tx)
    finally:
        connection.set_progress_handler(None, 0)
    return len(ticks)


async def test_who_was_withdrawn_is_found_without_walking_those_that_grew_old(store: Store) -> None:
    """A feed with an age loses all that ever stood in it; who is withdrawn from it is rare."""
    await store.write(lambda tx: tx.connection.exec_driver_sql(GROWN_OLD))
    assert await store.write(work, lambda tx: memberships.left(tx, "world", limit=10)) < 100
