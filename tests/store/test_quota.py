"""A partner's quota: so many new stories in a while, the first ones; nothing else is counted."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from syndicate.actions.operate import replay
from syndicate.actions.retract import restore, retract
from syndicate.actions.single import send_one
from syndicate.actions.tidy import Kept, Tidied, tidy
from syndicate.app.service import Service
from syndicate.clock import FixedClock
from syndicate.model.delivery import Delivery, DeliveryState
from tests.builders import NOON
from tests.papers import a_paper, put
from tests.store.conftest import OpenPaper
from tests.store.mailroom import FERRY, FOR_GOOD, PARTNER, answer, claim_all, deliver, owed

STORM, FOG, GULLS = (f"tag:harbour.example,2026:{name}" for name in ("storm", "fog", "gulls"))
QUOTA = PARTNER.replace('schedule = "immediately"', 'schedule = "immediately"\nquota = "2/d"')
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


@pytest.fixture
async def paper(open_paper: OpenPaper) -> Service:
    return await open_paper(QUOTA)


async def skipped(paper: Service) -> list[Delivery]:
    return [each for each in await owed(paper.office) if each.state is DeliveryState.SKIPPED]


async def taken(paper: Service) -> list[str]:
    """Let the partner take what is due; returns which stories."""
    before = {each.id for each in await owed(paper.office) if each.state is DeliveryState.DELIVERED}
    await deliver(paper.office)
    now = [each for each in await owed(paper.office) if each.state is DeliveryState.DELIVERED]
    return [each.article_id for each in now if each.id not in before]


async def put_all(paper: Service, *ids: str, **record: Any) -> None:
    for each in ids:
        await put(paper, id=each, **record)


async def test_the_first_stories_go_and_the_others_are_skipped_with_the_reason(paper: Service) -> None:
    await put_all(paper, FERRY, STORM, FOG)
    assert await taken(paper) == [FERRY, STORM]
    [one] = await skipped(paper)
    assert (one.article_id, one.reason) == (
        FOG,
        "quota: 2 new stories in a day are taken; `articles send` passes it",
    )


async def test_updates_corrections_and_retractions_of_what_is_held_are_not_counted(paper: Service) -> None:
    await put_all(paper, FERRY, STORM)
    await taken(paper)
    await put(paper, title="New ferry is late")
    await put(paper, title="New ferry is late", correction="It sailed at ten.")
    await retract(paper.office, STORM, reason="wrong", public_note=None, actor="test")
    assert [kind for kind, _ in await deliver(paper.office)] == ["article.retracted", "article.corrected"]
    assert await skipped(paper) == []


async def test_a_story_taken_a_whole_day_ago_is_counted_no_more_and_one_younger_is(
    paper: Service, clock: FixedClock
) -> None:
    await put_all(paper, FERRY, STORM)
    await taken(paper)
    clock.advance(DAY - SECOND)
    await put(paper, id=FOG)
    assert await taken(paper) == []
    clock.advance(SECOND)
    await put(paper, id=GULLS)
    assert await taken(paper) == [GULLS]


async def test_what_waits_keeps_its_place_when_it_changes(open_paper: OpenPaper, clock: FixedClock) -> None:
    paper = await open_paper(QUOTA.replace('"immediately"', '"0 18 * * 5"'))
    await put_all(paper, FERRY, STORM)
    clock.advance(timedelta(hours=25))
    # Two others have come into the moving day, and the first two still wait.
    await put_all(paper, FOG, GULLS)
    await put_all(paper, FERRY, STORM, title="Changed")
    assert await skipped(paper) == []
    assert {each.article_id for each in await owed(paper.office) if each.state is DeliveryState.WAITING} == {
        FERRY,
        STORM,
        FOG,
        GULLS,
    }


async def test_a_story_that_changes_while_it_waits_takes_one_place(open_paper: OpenPaper) -> None:
    paper = await open_paper(QUOTA.replace('"immediately"', '"0 18 * * *"'))
    for number in range(4):
        await put(paper, title=f"Ferry {number}")
    await put(paper, id=STORM)
    assert await skipped(paper) == []


async def test_a_story_withdrawn_before_it_went_gives_its_place_back(open_paper: OpenPaper) -> None:
    paper = await open_paper(QUOTA.replace('"immediately"', '"0 18 * * *"'))
    await put_all(paper, FERRY, STORM)
    await put(paper, title="New ferry is late")
    await retract(paper.office, FERRY, reason="wrong", public_note=None, actor="test")
    await put(paper, id=FOG)
    assert await skipped(paper) == []


async def test_a_skipped_story_that_changes_when_there_is_room_goes_as_new_and_is_counted_once(
    paper: Service, clock: FixedClock
) -> None:
    await put_all(paper, FERRY, STORM, FOG)
    await taken(paper)
    clock.advance(DAY)
    await put(paper, id=FOG, title="Fog lifts")
    assert await deliver(paper.office) == [("article.published", 2)]
    await put(paper, id=FOG, title="Fog returns")
    assert await deliver(paper.office) == [("article.updated", 3)]
    await put(paper, id=GULLS)
    assert await taken(paper) == [GULLS]


async def test_an_operator_sends_what_the_quota_skipped_and_its_changes_follow(paper: Service) -> None:
    await put_all(paper, FERRY, STORM, FOG)
    await taken(paper)
    await send_one(paper.office, FOG, "gazette", actor="test")
    await put(paper, id=FOG, title="Fog lifts")
    assert await taken(paper) == [FOG]


async def test_updates_of_older_stories_take_no_place(paper: Service, clock: FixedClock) -> None:
    await put_all(paper, FERRY, STORM)
    await taken(paper)
    clock.advance(DAY)
    await put_all(paper, FERRY, STORM, title="Changed")
    await taken(paper)
    await put_all(paper, FOG, GULLS)
    assert await taken(paper) == [FOG, GULLS]


async def test_a_story_that_comes_back_has_its_place_still(paper: Service) -> None:
    await put_all(paper, FERRY, STORM)
    await taken(paper)
    await retract(paper.office, FERRY, reason="wrong", public_note=None, actor="test")
    await taken(paper)
    await restore(paper.office, FERRY, actor="test")
    assert await taken(paper) == [FERRY]


async def test_what_an_operator_sent_follows_its_changes_though_it_was_refused(
    paper: Service, clock: FixedClock
) -> None:
    await put_all(paper, FERRY, STORM, FOG)
    await taken(paper)
    await send_one(paper.office, FOG, "gazette", actor="test")
    while parcels := await claim_all(paper.office):
        await answer(paper.office, parcels, FOR_GOOD)
        clock.advance(timedelta(hours=2))
    assert (await owed(paper.office))[-1].state is DeliveryState.FAILED
    await put(paper, id=FOG, title="Fog lifts")
    assert await taken(paper) == [FOG]


async def test_a_replay_keeps_to_the_quota(paper: Service) -> None:
    await put_all(paper, FERRY, STORM, FOG)
    await taken(paper)
    done = await replay(paper.office, "gazette", since=NOON - DAY, actor="test")
    assert (done.articles, done.others) == (3, 2)
    assert set(await taken(paper)) <= {FERRY, STORM}


async def test_the_count_survives_a_restart(tmp_path: Path, url: str, clock: FixedClock) -> None:
    declared = f'[store]\nurl = "{url}"\n{QUOTA}'
    async with a_paper(tmp_path, declared, clock=clock) as paper:
        await put_all(paper, FERRY, STORM)
    async with a_paper(tmp_path, declared, clock=clock) as paper:
        await put(paper, id=FOG)
        assert [each.article_id for each in await skipped(paper)] == [FOG]


async def test_a_partner_that_polls_has_a_quota_too(open_paper: OpenPaper) -> None:
    paper = await open_paper(
        '[partners.gazette]\nconnector = "pull"\ntoken = "env:PARTNER_SECRET"\nquota = "2/d"\n'
        '[partners.gazette.select]\ncategories = ["Harbour"]\n'
    )
    await put_all(paper, FERRY, STORM, FOG)
    assert [each.article_id for each in await skipped(paper)] == [FOG]


async def test_what_counts_towards_a_quota_is_not_tidied_away(paper: Service, clock: FixedClock) -> None:
    await put_all(paper, FERRY, STORM)
    await taken(paper)
    clock.advance(DAY - SECOND)
    assert await tidy(paper.office, Kept(deliveries=timedelta(hours=1))) == Tidied(0)
    await put(paper, id=FOG)
    assert await taken(paper) == []
    clock.advance(2 * SECOND)
    assert await tidy(paper.office, Kept(deliveries=timedelta(hours=1))) == Tidied(2)
