"""Leases and uniqueness on both databases: an outcome counts only for whoever still holds the lease."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from syndicate.actions.adopt import adopt
from syndicate.actions.claim import LEASE
from syndicate.actions.leases import hand_back, recover, renew
from syndicate.actions.listings import list_copies, show_delivery
from syndicate.actions.office import Office
from syndicate.actions.record import withhold
from syndicate.clock import FixedClock
from syndicate.errors import StoreError
from syndicate.model.delivery import DeliveryState, Holding
from syndicate.store import deliveries
from syndicate.store.store import Store
from syndicate.store.tx import Tx
from tests.builders import NOON
from tests.papers import configure
from tests.store.mailroom import (
    CERTAIN,
    PARTNER,
    TAKEN,
    UNCERTAIN,
    answer,
    claim_all,
    deliver,
    owed,
    put_story,
)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
async def office(store: Store, clock: FixedClock, tmp_path: Path) -> Office:
    numbers = iter(range(1, 10_000))
    made = Office(store, clock.now, lambda prefix: f"{prefix}_{next(numbers)}")
    await adopt(made, configure(tmp_path, PARTNER).declarations)
    await put_story(made)
    return made


async def state(office: Office) -> DeliveryState:
    return (await owed(office))[0].state


async def test_what_is_being_sent_is_claimed_by_nobody_else(office: Office) -> None:
    assert len(await claim_all(office)) == 1
    assert await claim_all(office) == ()


async def test_an_outcome_under_an_expired_lease_changes_nothing(office: Office, clock: FixedClock) -> None:
    stale = await claim_all(office)
    clock.advance(LEASE + timedelta(seconds=1))
    assert await recover(office, alone=False) == 1
    fresh = await claim_all(office)
    before = (await owed(office), await list_copies(office, article=None, partner=None, limit=5))
    await answer(office, stale, TAKEN)
    await answer(office, stale, CERTAIN)
    assert (await owed(office), await list_copies(office, article=None, partner=None, limit=5)) == before
    assert (await show_delivery(office, fresh[0].delivery.id))[1] == ()
    await answer(office, fresh, TAKEN)
    assert await state(office) is DeliveryState.DELIVERED


async def test_an_outcome_under_a_foreign_token_changes_nothing(office: Office) -> None:
    [parcel] = await claim_all(office)
    await answer(office, [replace(parcel, token="lease_foreign")], TAKEN)
    await withhold(office, replace(parcel, token="lease_foreign"), "rights")
    assert await state(office) is DeliveryState.SENDING
    [copy] = await list_copies(office, article=None, partner=None, limit=5)
    assert copy.holding is Holding.POSSIBLE


async def test_a_foreign_lease_is_neither_renewed_nor_given_back(office: Office, clock: FixedClock) -> None:
    stale = await claim_all(office)
    clock.advance(LEASE + timedelta(seconds=1))
    await recover(office, alone=False)
    await claim_all(office)
    await hand_back(office, stale)
    assert await state(office) is DeliveryState.SENDING
    clock.advance(LEASE)
    await renew(office, [stale[0].token])
    assert await recover(office, alone=False) == 1


async def test_a_lease_given_back_can_be_claimed_at_once(office: Office) -> None:
    await hand_back(office, await claim_all(office))
    assert await deliver(office) == [("article.published", 1)]


async def test_a_lease_that_ends_gives_way_to_a_newer_delivery(office: Office, clock: FixedClock) -> None:
    await claim_all(office)
    await put_story(office, title="Second")
    assert await claim_all(office) == (), "the newer waits for the one on its way"
    clock.advance(LEASE + timedelta(seconds=1))
    assert await recover(office, alone=False) == 1
    assert [each.state for each in await owed(office)] == [DeliveryState.SUPERSEDED, DeliveryState.WAITING]
    assert await deliver(office) == [("article.updated", 2)]


async def test_a_refused_attempt_gives_way_to_a_newer_delivery(office: Office) -> None:
    parcels = await claim_all(office)
    await put_story(office, title="Second")
    await answer(office, parcels, UNCERTAIN)
    assert [each.state for each in await owed(office)] == [DeliveryState.SUPERSEDED, DeliveryState.WAITING]


async def test_a_start_ends_the_leases_of_the_process_before_it_but_not_those_of_others(office: Office) -> None:
    """On SQLite no other process can hold a lease; on PostgreSQL another worker may be sending."""
    await claim_all(office)
    ended = await recover(office, alone=True)
    assert ended == (0 if office.store.shared else 1)


async def test_a_rights_end_between_claim_and_send_skips_the_delivery(office: Office) -> None:
    [parcel] = await claim_all(office)
    await withhold(office, parcel, "the licence ended")
    [delivery] = await owed(office)
    assert (delivery.state, delivery.reason) == (DeliveryState.SKIPPED, "the licence ended")
    [copy] = await list_copies(office, article=None, partner=None, limit=5)
    assert copy.holding is Holding.NONE


@pytest.mark.parametrize("kind", ["waiting", "sending"])
async def test_there_is_one_unsent_and_one_on_its_way_at_most(office: Office, kind: str) -> None:
    def second(tx: Tx) -> None:
        statement = (
            "INSERT INTO deliveries (id, partner, article_key, article_id, revision, seq, type, lane, state, due_at,"
            " owed_at, created_at, attempts, tries)"
            " SELECT id || '-2', partner, article_key, article_id, revision, seq, type,"
            " lane, state, due_at, owed_at, created_at, attempts, tries FROM deliveries"
        )
        tx.connection.exec_driver_sql(statement)

    if kind == "sending":
        await claim_all(office)
    # PostgreSQL takes it for a collision first, and gives up in the end.
    with pytest.raises((IntegrityError, StoreError)) as refused:
        await office.store.write(second)
    assert f"deliveries_one_{kind}" in str(refused.value) or "deliveries.partner" in str(refused.value)
    assert len(await owed(office)) == 1


async def test_a_paused_queue_is_found_by_its_next_instant(office: Office) -> None:
    [delivery] = await owed(office)
    assert await office.store.read(deliveries.next_due) == delivery.due_at
