"""The brake: too many changes within an hour hold what partners get, in every process, until an operator resumes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from syndicate.actions.measures import measure
from syndicate.actions.offer import offer_due
from syndicate.actions.operate import braked, lift_halt
from syndicate.actions.retract import retract
from syndicate.app.service import Service
from syndicate.clock import FixedClock
from tests.store.conftest import OpenPaper
from tests.store.mailroom import PARTNER, deliver, owed, put_story

LIMIT = "[limits]\nchanges_per_hour = 3\n"
PULLED = PARTNER.replace('"webhook"', '"pull"').replace('url = "http://127.0.0.1:9/inbound/harbour"\n', "")
PULLED = PULLED.replace("signing_secret", "token")
STORIES = [f"tag:harbour.example,2026:{number}" for number in range(9)]


@pytest.fixture
async def paper(open_paper: OpenPaper) -> Service:
    return await open_paper(LIMIT + PARTNER)


async def put_stories(paper: Service, first: int, last: int, **record: object) -> None:
    for story in STORIES[first:last]:
        await put_story(paper.office, id=story, **record)


async def test_as_many_changes_as_allowed_go_out(paper: Service) -> None:
    await put_stories(paper, 0, 3)
    assert len(await deliver(paper.office)) == 3
    assert await braked(paper.office) is None


async def test_one_change_too_many_holds_what_was_not_sent(paper: Service) -> None:
    await put_stories(paper, 0, 4)
    assert await deliver(paper.office) == []
    assert await braked(paper.office) == "more than 3 changes within an hour, the last by desk"


async def test_a_retraction_goes_past_the_brake(paper: Service) -> None:
    await put_stories(paper, 0, 1)
    await deliver(paper.office)
    await put_stories(paper, 1, 5)
    await retract(paper.office, STORIES[0], reason="wrong", public_note=None, actor="test")
    assert await deliver(paper.office) == [("article.retracted", 2)]


async def test_the_brake_stays_on_when_the_hour_is_over(paper: Service, clock: FixedClock) -> None:
    await put_stories(paper, 0, 4)
    clock.advance(timedelta(hours=2))
    assert await deliver(paper.office) == []


async def test_resuming_lets_everything_go_and_counts_anew(paper: Service) -> None:
    await put_stories(paper, 0, 4)
    await lift_halt(paper.office)
    assert len(await deliver(paper.office)) == 4
    await put_stories(paper, 4, 7)
    assert len(await deliver(paper.office)) == 3
    await put_stories(paper, 7, 8)
    assert await deliver(paper.office) == []


async def test_changes_of_an_hour_ago_do_not_count(paper: Service, clock: FixedClock) -> None:
    await put_stories(paper, 0, 3)
    clock.advance(timedelta(hours=1))
    await put_stories(paper, 3, 6)
    assert len(await deliver(paper.office)) == 6


async def test_the_same_content_again_is_no_change(paper: Service) -> None:
    for _ in range(9):
        await put_story(paper.office)
    assert await braked(paper.office) is None


async def test_updates_count_as_new_stories_do(paper: Service) -> None:
    for number in range(4):
        await put_story(paper.office, title=f"Dated anew, {number}")
    assert await braked(paper.office) is not None


async def test_what_has_to_go_is_not_counted(paper: Service) -> None:
    await put_stories(paper, 0, 2)
    await deliver(paper.office)
    for story in STORIES[:2]:
        await retract(paper.office, story, reason="wrong", public_note=None, actor="test")
    await put_stories(paper, 2, 3)
    assert await braked(paper.office) is None


async def test_a_paper_without_partners_has_nothing_to_hold(open_paper: OpenPaper) -> None:
    paper = await open_paper(LIMIT)
    await put_stories(paper, 0, 9)
    assert await braked(paper.office) is None


async def test_what_no_partner_gets_is_not_counted(paper: Service) -> None:
    await put_stories(paper, 0, 9, categories=["Sport"])
    assert await braked(paper.office) is None
    await put_stories(paper, 0, 4, categories=["Harbour"])
    assert await braked(paper.office) is not None


async def test_a_polled_partner_is_offered_nothing_new(open_paper: OpenPaper) -> None:
    paper = await open_paper(LIMIT + PULLED)
    await put_stories(paper, 0, 4)
    await offer_due(paper.office)
    assert {each.state.value for each in await owed(paper.office)} == {"waiting"}
    await lift_halt(paper.office)
    await offer_due(paper.office)
    assert {each.state.value for each in await owed(paper.office)} == {"delivered"}


async def test_the_numbers_tell_of_the_brake(paper: Service) -> None:
    assert (await measure(paper.office)).stopped_by == frozenset()
    await put_stories(paper, 0, 4)
    assert (await measure(paper.office)).stopped_by == {"brake"}
