"""What an upstream sends: an operator's hold is never passed, and a story that comes back comes as it is now."""

from __future__ import annotations

from datetime import timedelta

import pytest

from syndicate.actions.read import find
from syndicate.actions.receive import receive
from syndicate.actions.release import keep_time, release
from syndicate.actions.retract import restore, retract
from syndicate.app.service import Service
from syndicate.clock import FixedClock
from syndicate.model.article import Status
from syndicate.model.journal import Cause
from syndicate.web.inbound import read_event
from tests.builders import NOON
from tests.store.conftest import OpenPaper
from tests.store.mailroom import FERRY, UPSTREAM
from tests.store.newsdesk import document, from_wire, members, withdrawn_by_wire

HOUR = timedelta(hours=1)
HOLDING = UPSTREAM + 'publish = "hold"\n'


@pytest.fixture
async def holding(open_paper: OpenPaper) -> Service:
    return await open_paper(HOLDING)


async def status(paper: Service) -> Status:
    return (await find(paper.office, FERRY)).status


# --- the hold ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cause", [Cause.DESELECTED, Cause.RETRACTED])
async def test_a_held_story_that_goes_and_comes_back_is_held_again(holding: Service, cause: Cause) -> None:
    await from_wire(holding, 1)
    await withdrawn_by_wire(holding, 2, cause)
    await from_wire(holding, 3)
    assert await status(holding) is Status.HELD
    assert await members(holding, "latest") == []


async def test_a_held_story_that_is_restored_is_held_again(holding: Service) -> None:
    await from_wire(holding, 1)
    await retract(holding.office, FERRY, reason="wrong", public_note=None, actor="desk")
    restored = await restore(holding.office, FERRY, actor="desk")
    assert restored.stored.status is Status.HELD
    await release(holding.office, FERRY, actor="desk")
    assert await members(holding, "latest") == [FERRY]


async def test_a_held_story_that_had_ended_and_goes_on_is_held_still(holding: Service) -> None:
    await from_wire(holding, 1, expires_at=NOON - HOUR / 2)
    await from_wire(holding, 2)
    assert await status(holding) is Status.HELD
    await from_wire(holding, 3, expires_at=NOON - HOUR / 2)
    await release(holding.office, FERRY, actor="desk")
    await from_wire(holding, 4)
    assert await status(holding) is Status.HELD


async def test_a_held_story_released_after_its_end_is_never_shown(holding: Service, clock: FixedClock) -> None:
    await from_wire(holding, 1, expires_at=NOON + HOUR)
    clock.advance(2 * HOUR)
    done = await release(holding.office, FERRY, actor="desk")
    assert done.stored.status is await status(holding) is Status.EXPIRED
    assert await members(holding, "latest") == []


async def test_a_story_an_operator_released_for_later_comes_at_its_time_with_its_newest_text(
    holding: Service, clock: FixedClock
) -> None:
    later = {"published_at": NOON + HOUR, "updated_at": NOON + HOUR}
    await from_wire(holding, 1, **later)
    assert (await release(holding.office, FERRY, actor="desk")).stored.status is Status.SCHEDULED
    await from_wire(holding, 2, **later, title="New ferry is late")
    clock.advance(HOUR)
    await keep_time(holding.office)
    assert "New ferry is late" in await document(holding)


# --- the text ------------------------------------------------------------------------------------------------------


async def test_a_story_selected_again_comes_with_its_new_text(open_paper: OpenPaper, clock: FixedClock) -> None:
    paper = await open_paper(UPSTREAM)
    await from_wire(paper, 1)
    await withdrawn_by_wire(paper, 2, Cause.DESELECTED)
    clock.advance(HOUR)
    # It was changed before it came back here, and came on a schedule.
    await from_wire(paper, 3, title="New ferry is late", updated_at=NOON + HOUR / 2)
    assert "New ferry is late" in await document(paper)
    assert "deleted-entry" not in await document(paper)


async def test_a_note_of_an_upstream_may_hold_any_character(open_paper: OpenPaper) -> None:
    paper = await open_paper(UPSTREAM)
    await from_wire(paper, 1)
    data = {"id": FERRY, "seq": 2, "cause": "retracted", "public_note": "We\x00 were\x0c wrong\ud800.", "article": None}
    await receive(paper.office, "wire", read_event("msg_2", {"type": "article.retracted", "data": data}))
    assert "We were wrong." in await document(paper)


async def test_what_an_operator_retracts_too_is_not_for_the_upstream_to_bring_back(open_paper: OpenPaper) -> None:
    paper = await open_paper(UPSTREAM)
    await from_wire(paper, 1)
    await withdrawn_by_wire(paper, 2, Cause.RETRACTED)
    await retract(paper.office, FERRY, reason="ours too", public_note=None, actor="desk")
    await from_wire(paper, 3)
    assert await status(paper) is Status.RETRACTED
