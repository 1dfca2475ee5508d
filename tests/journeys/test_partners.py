"""What partners get when they are well, ill, paused or dead, and when stories change their minds."""

from __future__ import annotations

from datetime import timedelta
from itertools import accumulate
from pathlib import Path

import pytest

from syndicate.actions.leases import next_due
from syndicate.actions.listings import show_delivery
from syndicate.actions.operate import pause_partner, replay, resume_partner
from syndicate.model.delivery import Holding
from syndicate.policy.retry import OVERLOAD_FLOOR, PUSH_DELAYS, RETRACT_DELAYS
from tests.builders import NOON
from tests.proof.receivers import Arrival, Behaviour
from tests.proof.steps import Desk, a_desk

FERRY = "tag:harbour.example,2026:ferry"
STORM = "tag:harbour.example,2026:storm"
SECOND = timedelta(seconds=1)
HARBOUR = '[select]\ncategories = ["Harbour"]'


def types(arrivals: list[Arrival]) -> list[str]:
    return [arrival.type.removeprefix("article.") for arrival in arrivals]


async def _step_when_due(desk: Desk) -> list[Arrival]:
    """Let time pass until something is due, and step."""
    due = await next_due(desk.service.office)
    assert due is not None
    desk.clock.advance(max(due - desk.clock.now(), timedelta(0)))
    return await desk.step()


# --- partners that fail --------------------------------------------------------------------------------------------


async def test_a_partner_that_fails_is_tried_twelve_times_over_three_days_under_one_id(tmp_path: Path) -> None:
    async with a_desk(tmp_path, {"gazette": ""}) as desk:
        desk.behave.of["gazette"] = Behaviour.ERROR
        await desk.put()
        for _ in range(len(PUSH_DELAYS) + 1):
            await _step_when_due(desk)
        [delivery] = await desk.deliveries("gazette")
        _, attempts = await show_delivery(desk.service.office, delivery.id)
        planned = [NOON + each for each in accumulate(PUSH_DELAYS, initial=timedelta(0))]
        assert [attempt.at for attempt in attempts] == planned
        assert delivery.state.value == "failed"
        assert {arrival.id for arrival in desk.sites.arrivals} == {delivery.id}
        assert await next_due(desk.service.office) is None


async def test_a_retraction_is_tried_more_often_and_not_given_up(tmp_path: Path) -> None:
    async with a_desk(tmp_path, {"gazette": ""}) as desk:
        await desk.put()
        await desk.step()
        desk.behave.of["gazette"] = Behaviour.REFUSE
        await desk.retract(FERRY)
        for _ in range(len(RETRACT_DELAYS) + 1):
            await _step_when_due(desk)
        retraction = (await desk.deliveries("gazette"))[-1]
        _, attempts = await show_delivery(desk.service.office, retraction.id)
        assert [attempt.at for attempt in attempts] == [
            NOON + each for each in accumulate(RETRACT_DELAYS, initial=timedelta(0))
        ]
        assert retraction.state.value == "waiting"
        desk.behave.of["gazette"] = Behaviour.OK
        assert types(await _step_when_due(desk)) == ["retracted"]
        assert (await desk.copy("gazette")).holding is Holding.WITHDRAWN


async def test_a_partner_that_asks_for_a_pause_gets_it(tmp_path: Path) -> None:
    async with a_desk(tmp_path, {"gazette": ""}) as desk:
        desk.behave.of["gazette"] = Behaviour.BUSY
        await desk.put()
        await desk.step()
        desk.behave.of["gazette"] = Behaviour.OK
        assert await desk.steps_until(NOON + OVERLOAD_FLOOR - SECOND, every=SECOND) == []
        assert len(await desk.steps_until(NOON + OVERLOAD_FLOOR)) == 1


async def test_what_a_partner_refuses_for_good_is_given_up_and_holds_up_nothing(tmp_path: Path) -> None:
    async with a_desk(tmp_path, {"gazette": ""}) as desk:
        desk.behave.of["gazette"] = Behaviour.REFUSE
        await desk.put()
        await desk.step()
        await _step_when_due(desk)
        assert [each.state.value for each in await desk.deliveries("gazette")] == ["failed"]
        desk.behave.of["gazette"] = Behaviour.OK
        await desk.put(id=STORM, title="Storm")
        await desk.put(title="Shorter")
        assert {(each.article_id, each.title) for each in await desk.step()} == {(STORM, "Storm"), (FERRY, "Shorter")}


async def test_a_partner_that_is_gone_is_sent_nothing_more(tmp_path: Path) -> None:
    async with a_desk(tmp_path, {"gazette": ""}) as desk:
        desk.behave.of["gazette"] = Behaviour.GONE
        await desk.put()
        assert len(await desk.step()) == 1
        await desk.put(title="Changed")
        assert await desk.steps_until(NOON + timedelta(minutes=10)) == []


async def test_a_redirect_is_a_refusal_and_is_not_followed(tmp_path: Path) -> None:
    async with a_desk(tmp_path, {"gazette": ""}) as desk:
        desk.behave.of["gazette"] = Behaviour.REDIRECT
        await desk.put()
        await desk.step()
        [delivery] = await desk.deliveries("gazette")
        assert (delivery.state.value, desk.sites.strays) == ("waiting", [])
        assert "redirect" in (delivery.reason or "")


async def test_a_dead_partner_costs_the_others_nothing_and_keeps_only_the_newest(tmp_path: Path) -> None:
    async with a_desk(tmp_path, {"dead": "", "gazette": "", "mirror": ""}) as desk:
        desk.behave.of["dead"] = Behaviour.DROP_BEFORE
        for number in range(20):
            await desk.put(title=f"Ferry {number}")
            assert {each.partner for each in await desk.step()} == {"gazette", "mirror"}
        waiting = [each for each in await desk.deliveries("dead") if each.state.value == "waiting"]
        assert len(waiting) == 1
        desk.behave.of["dead"] = Behaviour.OK
        await resume_partner(desk.service.office, "dead", actor="test")
        assert [each.title for each in await desk.step()] == ["Ferry 19"]


async def test_a_paused_partner_gets_nothing_until_it_is_resumed(tmp_path: Path) -> None:
    async with a_desk(tmp_path, {"gazette": "", "mirror": ""}) as desk:
        await desk.put()
        await desk.step()
        await pause_partner(desk.service.office, "gazette", reason="contract", actor="test")
        await desk.put(title="Changed", correction="It was wrong.")
        await desk.retract(FERRY)
        assert {each.partner for each in await desk.steps_until(NOON + timedelta(minutes=5))} == {"mirror"}
        await resume_partner(desk.service.office, "gazette", actor="test")
        [arrival] = await desk.step()
        assert (arrival.partner, arrival.type) == ("gazette", "article.retracted")


# --- what partners hold --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("behaviour", "first"),
    [
        (Behaviour.REFUSE, "published"),
        (Behaviour.REDIRECT, "published"),
        (Behaviour.DROP_AFTER, "updated"),
        (Behaviour.ERROR, "updated"),
    ],
)
async def test_the_first_event_is_a_publication_where_nothing_can_have_been_kept(
    tmp_path: Path, behaviour: Behaviour, first: str
) -> None:
    async with a_desk(tmp_path, {"gazette": ""}) as desk:
        desk.behave.of["gazette"] = behaviour
        await desk.put()
        await desk.step()
        desk.behave.of["gazette"] = Behaviour.OK
        await desk.put(title="Changed")
        assert types(await desk.step()) == [first]


async def test_a_retraction_reaches_whoever_may_hold_a_copy(tmp_path: Path) -> None:
    async with a_desk(tmp_path, {"gazette": "", "mirror": ""}) as desk:
        desk.behave.of |= {"gazette": Behaviour.DROP_AFTER, "mirror": Behaviour.REFUSE}
        await desk.put()
        await desk.step()
        assert (await desk.copy("gazette")).holding is Holding.POSSIBLE
        desk.behave.of.clear()
        await desk.retract(FERRY)
        assert [(each.partner, each.type) for each in await desk.step()] == [("gazette", "article.retracted")]
        assert [each.state.value for each in await desk.deliveries("mirror")] == ["cancelled"]


async def test_an_article_that_expires_is_withdrawn_with_that_cause(tmp_path: Path) -> None:
    async with a_desk(tmp_path, {"gazette": 'schedule = "0 0 * * *"', "mirror": ""}) as desk:
        await desk.put(expires_at=(NOON + timedelta(minutes=5)).isoformat())
        await desk.step()
        [arrival] = await desk.steps_until(NOON + timedelta(minutes=5))
        assert (arrival.partner, arrival.type, arrival.cause) == ("mirror", "article.retracted", "expired")


async def test_an_article_that_leaves_a_selection_is_withdrawn_with_that_cause(tmp_path: Path) -> None:
    async with a_desk(tmp_path, {"gazette": HARBOUR, "mirror": ""}) as desk:
        await desk.put()
        await desk.step()
        await desk.put(categories=["World"])
        told = {each.partner: (each.type, each.cause) for each in await desk.step()}
        assert told == {"gazette": ("article.retracted", "deselected"), "mirror": ("article.updated", None)}
        await desk.put(categories=["Harbour"])
        assert {each.partner: each.type for each in await desk.step()} == {
            "gazette": "article.published",
            "mirror": "article.updated",
        }


async def test_a_restored_article_goes_again_with_a_newer_seq(tmp_path: Path) -> None:
    async with a_desk(tmp_path, {"gazette": ""}) as desk:
        await desk.put()
        await desk.step()
        await desk.retract(FERRY)
        await desk.step()
        desk.clock.advance(timedelta(minutes=1))
        await desk.restore(FERRY)
        await desk.step()
        assert types(desk.sites.arrivals) == ["published", "retracted", "published"]
        seqs = [each.seq or 0 for each in desk.sites.arrivals]
        assert seqs == sorted(set(seqs))


# --- replay --------------------------------------------------------------------------------------------------------


async def test_a_replay_comes_under_the_id_it_came_under_before(tmp_path: Path) -> None:
    async with a_desk(tmp_path, {"gazette": ""}) as desk:
        await desk.put()
        await desk.put(id=STORM, title="Storm")
        await desk.step()
        await desk.retract(STORM)
        await desk.step()
        before = {(each.article_id, each.withdrawn): (each.id, each.body_hash) for each in desk.sites.arrivals}
        for _ in range(2):
            await replay(desk.service.office, "gazette", since=NOON - timedelta(days=1), actor="test")
            again = await desk.step()
            assert {(each.article_id, each.withdrawn) for each in again} == {(FERRY, False), (STORM, True)}
            assert {(each.id, each.body_hash) for each in again} <= set(before.values())


async def test_a_replay_of_what_is_on_its_way_makes_no_second_delivery(tmp_path: Path) -> None:
    async with a_desk(tmp_path, {"gazette": ""}) as desk:
        desk.behave.of["gazette"] = Behaviour.LATE
        await desk.put()
        async with desk.under_way():
            await replay(desk.service.office, "gazette", since=NOON - timedelta(days=1), actor="test")
        await desk.step()
        assert len({each.id for each in desk.sites.arrivals}) == 1


async def test_a_replay_after_a_change_comes_under_an_id_of_its_own(tmp_path: Path) -> None:
    async with a_desk(tmp_path, {"gazette": ""}) as desk:
        await desk.put()
        await desk.step()
        desk.behave.of["gazette"] = Behaviour.REFUSE
        await desk.put(title="Changed")
        await desk.step()
        await _step_when_due(desk)
        desk.behave.of["gazette"] = Behaviour.OK
        await replay(desk.service.office, "gazette", since=NOON - timedelta(days=1), actor="test")
        [arrival] = await desk.step()
        assert arrival.title == "Changed"
        assert arrival.id == (await desk.deliveries("gazette"))[-1].id != desk.sites.arrivals[0].id
