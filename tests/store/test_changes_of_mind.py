"""Retried, replayed, sent and withdrawn by hand: a partner is always brought to the newest state, and never back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from syndicate.actions.erase import erase
from syndicate.actions.operate import pause_partner, replay
from syndicate.actions.release import keep_time
from syndicate.actions.retract import restore, retract
from syndicate.actions.single import confirm_copy, retry_delivery, send_one, withdraw_one
from syndicate.app.service import Service
from syndicate.clock import FixedClock
from syndicate.errors import AlreadyReleasedError, ArticleRetractedError, ConflictError
from syndicate.model.delivery import Delivery, DeliveryState, EventType, Holding
from syndicate.model.journal import Cause
from tests.builders import NOON
from tests.papers import FEEDS, put
from tests.store.conftest import OpenPaper
from tests.store.mailroom import (
    FERRY,
    FOR_GOOD,
    PARTNER,
    UNCERTAIN,
    UPSTREAM,
    answer,
    claim_all,
    deliver,
    owed,
)
from tests.store.newsdesk import document, from_wire, the_copy

OTHER = "tag:harbour.example,2026:quay"
DAY = timedelta(days=1)


@pytest.fixture
async def paper(open_paper: OpenPaper) -> Service:
    return await open_paper(PARTNER + UPSTREAM)


@pytest.fixture
async def failed(paper: Service, clock: FixedClock) -> Delivery:
    """Return the delivery of a story that the partner refused until it was given up."""
    await put(paper)
    while parcels := await claim_all(paper.office):
        await answer(paper.office, parcels, FOR_GOOD)
        clock.advance(DAY)
    [delivery] = await owed(paper.office)
    assert delivery.state is DeliveryState.FAILED
    return delivery


# --- retried -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("erased", [False, True])
async def test_a_failed_delivery_of_what_was_retracted_since_is_owed_no_more(
    paper: Service, failed: Delivery, erased: bool
) -> None:
    await retract(paper.office, FERRY, reason="wrong", public_note=None, actor="desk")
    if erased:
        await erase(paper.office, paper.pictures, FERRY, case="case 7")
    with pytest.raises(ConflictError, match="nothing is owed any more"):
        await retry_delivery(paper.office, failed.id, actor="desk")
    assert await claim_all(paper.office) == ()


async def test_a_retry_of_an_old_revision_sends_the_newest(paper: Service, failed: Delivery) -> None:
    await put(paper, title="New ferry is late")
    await deliver(paper.office)
    await retry_delivery(paper.office, failed.id, actor="desk")
    assert await deliver(paper.office) == [("article.published", 2)]
    assert (await the_copy(paper)).revision == 2


async def test_a_delivery_that_ended_well_is_not_retried(paper: Service) -> None:
    await put(paper)
    await deliver(paper.office)
    [done] = await owed(paper.office)
    with pytest.raises(ConflictError, match="delivered"):
        await retry_delivery(paper.office, done.id, actor="desk")


# --- replayed ------------------------------------------------------------------------------------------------------


async def test_a_replay_repeats_a_delivery_under_its_own_id(paper: Service) -> None:
    await put(paper)
    [first] = await claim_all(paper.office)
    await answer(paper.office, [first])
    await replay(paper.office, "gazette", since=NOON - DAY, actor="desk")
    [again] = await claim_all(paper.office)
    assert (again.delivery.id, again.delivery.seq) == (first.delivery.id, first.delivery.seq)


async def replayed(paper: Service) -> None:
    await replay(paper.office, "gazette", since=NOON - DAY, actor="desk")


async def retried(paper: Service) -> None:
    [waiting] = await owed(paper.office)
    await retry_delivery(paper.office, waiting.id, actor="desk")


async def sent_by_hand(paper: Service) -> None:
    await send_one(paper.office, FERRY, "gazette", actor="desk")


async def replayed_after_a_cancellation(paper: Service) -> None:
    await withdraw_one(paper.office, FERRY, "gazette", actor="desk")
    await sent_by_hand(paper)
    await replayed(paper)


@pytest.mark.parametrize("hurry", [replayed, retried, sent_by_hand, replayed_after_a_cancellation])
async def test_nothing_passes_the_delay_of_a_partner(open_paper: OpenPaper, clock: FixedClock, hurry: object) -> None:
    paper = await open_paper(PARTNER.replace("schedule", 'delay = "1h"\nschedule'))
    await put(paper)
    assert callable(hurry)
    await hurry(paper)
    clock.advance(timedelta(minutes=59))
    assert await deliver(paper.office) == []
    clock.advance(timedelta(minutes=1))
    assert await deliver(paper.office) == [("article.published", 1)]


# --- sent and withdrawn by hand ------------------------------------------------------------------------------------


async def test_what_is_sent_again_has_a_newer_seq_than_its_withdrawal(paper: Service) -> None:
    await put(paper)
    await deliver(paper.office)
    await withdraw_one(paper.office, FERRY, "gazette", actor="desk")
    await deliver(paper.office)
    await send_one(paper.office, FERRY, "gazette", actor="desk")
    assert await deliver(paper.office) == [("article.published", 1)]
    seqs = [each.seq for each in await owed(paper.office)]
    assert len(set(seqs)) == 3


async def test_a_send_by_hand_takes_the_place_of_a_withdrawal_that_waits(paper: Service) -> None:
    await put(paper)
    await deliver(paper.office)
    await withdraw_one(paper.office, FERRY, "gazette", actor="desk")
    await send_one(paper.office, FERRY, "gazette", actor="desk")
    assert await deliver(paper.office) == [("article.updated", 1)]
    assert (await the_copy(paper)).holding is Holding.HELD


async def test_a_story_withdrawn_from_one_partner_does_not_come_back_with_its_next_change(paper: Service) -> None:
    await put(paper)
    await deliver(paper.office)
    await withdraw_one(paper.office, FERRY, "gazette", actor="desk")
    assert await deliver(paper.office) == [("article.retracted", 1)]
    await put(paper, title="New ferry is late", correction="It was late.")
    assert await deliver(paper.office) == []


async def test_a_story_sent_by_hand_is_kept_up_to_date_outside_the_selection(paper: Service) -> None:
    await put(paper, categories=["Sport"])
    assert await deliver(paper.office) == []
    await send_one(paper.office, FERRY, "gazette", actor="desk")
    await deliver(paper.office)
    await put(paper, categories=["Sport"], title="New ferry is late", correction="It was late.")
    assert await deliver(paper.office) == [("article.corrected", 2)]


async def test_a_withdrawal_by_hand_before_anything_went_leaves_nothing_owed(paper: Service) -> None:
    await put(paper)
    await withdraw_one(paper.office, FERRY, "gazette", actor="desk")
    [cancelled] = await owed(paper.office)
    assert (cancelled.state, cancelled.reason) == (DeliveryState.CANCELLED, "withdrawn by desk")


async def test_a_withdrawal_asked_for_twice_is_one_delivery(paper: Service) -> None:
    await put(paper)
    await deliver(paper.office)
    for _ in range(2):
        await withdraw_one(paper.office, FERRY, "gazette", actor="desk")
    published, withdrawal = await owed(paper.office)
    assert withdrawal.seq > published.seq
    assert (withdrawal.type, withdrawal.cause) == (EventType.RETRACTED, Cause.DESELECTED)


async def test_a_withdrawal_by_hand_does_not_hide_why_a_story_was_retracted(paper: Service) -> None:
    await put(paper)
    await deliver(paper.office)
    await retract(paper.office, FERRY, reason="wrong", public_note="We were wrong.", actor="desk")
    await withdraw_one(paper.office, FERRY, "gazette", actor="desk")
    [parcel] = await claim_all(paper.office)
    assert (parcel.delivery.cause, parcel.delivery.public_note) == (Cause.RETRACTED, "We were wrong.")


async def test_a_story_of_an_upstream_that_is_not_ours_to_pass_on_is_not_sent_by_hand_either(paper: Service) -> None:
    await from_wire(paper, 1)
    with pytest.raises(ConflictError, match="may not go on to partners"):
        await send_one(paper.office, FERRY, "gazette", actor="desk")
    assert await owed(paper.office) == []


# --- confirmed by a person -----------------------------------------------------------------------------------------


async def test_a_retraction_that_fails_after_a_person_saw_the_copy_gone_changes_nothing(paper: Service) -> None:
    await put(paper)
    await deliver(paper.office)
    await retract(paper.office, FERRY, reason="wrong", public_note=None, actor="desk")
    on_its_way = await claim_all(paper.office)
    await confirm_copy(paper.office, "gazette", FERRY, note="rang them")
    await answer(paper.office, on_its_way, UNCERTAIN)
    assert (await the_copy(paper)).holding is Holding.WITHDRAWN


async def test_what_may_have_arrived_after_a_person_saw_the_copy_gone_may_be_held(paper: Service) -> None:
    await put(paper)
    on_its_way = await claim_all(paper.office)
    await confirm_copy(paper.office, "gazette", FERRY, note="rang them")
    await answer(paper.office, on_its_way, UNCERTAIN)
    assert (await the_copy(paper)).holding is Holding.POSSIBLE


@pytest.mark.parametrize("character", ["\x00", "\udcff"])
async def test_what_operators_write_may_hold_any_character(paper: Service, character: str) -> None:
    await put(paper)
    await deliver(paper.office)
    await confirm_copy(paper.office, "gazette", FERRY, note=f"caf{character}é")
    await pause_partner(paper.office, "gazette", reason=f"caf{character}é", actor="desk")
    await retract(paper.office, FERRY, reason=f"caf{character}é", public_note=f"caf{character}é", actor="desk")
    assert (await the_copy(paper)).note == "café"


# --- addresses and tombstones --------------------------------------------------------------------------------------


async def test_no_other_story_takes_the_address_of_a_retracted_one(paper: Service) -> None:
    await put(paper, url="https://h.example/ferry")
    await put(paper, id=OTHER, url="https://h.example/quay")
    retracted = await retract(paper.office, FERRY, reason="wrong", public_note=None, actor="desk")
    page = f"{paper.declarations.publisher.root}/articles/{retracted.stored.slug}"
    for url in ("https://h.example/ferry", page):
        with pytest.raises(ArticleRetractedError):
            await put(paper, id=OTHER, url=url)


async def test_a_released_story_cannot_be_published_later(paper: Service) -> None:
    await put(paper)
    with pytest.raises(AlreadyReleasedError):
        await put(paper, title="Later", published_at=(NOON + 3 * DAY).isoformat())


async def test_who_read_a_story_before_it_grew_too_old_is_told_of_its_retraction(
    open_paper: OpenPaper, clock: FixedClock
) -> None:
    paper = await open_paper(feeds=FEEDS | {"latest": 'title = "Latest"\n[select]\nmax_age = "48h"\n'})
    await put(paper)
    clock.advance(3 * DAY)
    await keep_time(paper.office)
    assert "deleted-entry" not in await document(paper)
    await retract(paper.office, FERRY, reason="wrong", public_note="We were wrong.", actor="desk")
    assert "We were wrong." in await document(paper)


async def test_an_erasure_takes_the_note_out_of_the_feeds(paper: Service) -> None:
    await put(paper)
    await retract(paper.office, FERRY, reason="wrong", public_note="Jane Doe asked for it.", actor="desk")
    assert "Jane Doe" in await document(paper)
    await erase(paper.office, paper.pictures, FERRY, case="case 7")
    assert "deleted-entry" in (left := await document(paper))
    assert "Jane Doe" not in left


async def test_a_story_that_ended_before_its_release_was_never_there(paper: Service, clock: FixedClock) -> None:
    release_at, expires_at = (NOON + timedelta(hours=hours) for hours in (1, 2))
    await put(paper, embargo_until=release_at.isoformat(), expires_at=expires_at.isoformat())
    clock.advance(timedelta(hours=3))
    await keep_time(paper.office)
    assert await owed(paper.office) == []
    assert "deleted-entry" not in await document(paper)


async def test_what_was_withdrawn_by_hand_stays_away_when_the_story_is_restored(paper: Service) -> None:
    await put(paper)
    await deliver(paper.office)
    await withdraw_one(paper.office, FERRY, "gazette", actor="desk")
    await deliver(paper.office)
    await retract(paper.office, FERRY, reason="wrong", public_note=None, actor="desk")
    await restore(paper.office, FERRY, actor="desk")
    assert await deliver(paper.office) == []


# --- numbered ------------------------------------------------------------------------------------------------------


async def test_whatever_a_partner_is_sent_of_a_story_bears_a_higher_number(paper: Service) -> None:
    # Receivers of documents keep the highest version, which is this number.
    sent: list[int] = []

    async def arrive() -> None:
        for parcel in await claim_all(paper.office):
            sent.append(parcel.delivery.seq)
            await answer(paper.office, [parcel])

    await put(paper)
    await arrive()
    for title in (None, "New ferry is late", None):
        await withdraw_one(paper.office, FERRY, "gazette", actor="desk")
        await arrive()
        await send_one(paper.office, FERRY, "gazette", actor="desk")
        await arrive()
        if title:
            await put(paper, title=title)
            await arrive()
    await retract(paper.office, FERRY, reason="wrong", public_note=None, actor="desk")
    await arrive()
    await restore(paper.office, FERRY, actor="desk")
    await send_one(paper.office, FERRY, "gazette", actor="desk")
    await arrive()
    assert len(sent) == 10
    assert sent == sorted(set(sent))
