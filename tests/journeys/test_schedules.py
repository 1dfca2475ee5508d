"""When things go: nothing before its minute, changes before a run as one, corrections and retractions at once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from syndicate.actions.operate import halt
from tests.builders import NOON
from tests.proof.receivers import Arrival, Behaviour
from tests.proof.steps import Desk, a_desk

FERRY = "tag:harbour.example,2026:ferry"
QUARTERS = 'schedule = "*/15 * * * *"\ntimezone = "Europe/London"'
MINUTE = timedelta(minutes=1)


def told(arrivals: list[Arrival]) -> list[tuple[str, str | None]]:
    return [(arrival.type, arrival.title) for arrival in arrivals]


async def test_changes_before_a_run_arrive_as_one_at_its_minute(tmp_path: Path) -> None:
    async with a_desk(tmp_path, {"gazette": QUARTERS}, at=NOON + MINUTE) as desk:
        for title in ("One", "Two", "Three"):
            await desk.put(title=title)
            assert await desk.steps_until(desk.clock.now() + 4 * MINUTE) == []
        assert await desk.steps_until(NOON + 15 * MINUTE - timedelta(seconds=1)) == []
        assert told(await desk.steps_until(NOON + 15 * MINUTE)) == [("article.published", "Three")]
        states = [delivery.state.value for delivery in await desk.deliveries("gazette")]
        assert states == ["superseded", "superseded", "delivered"]


async def test_an_update_waits_for_the_next_run(tmp_path: Path) -> None:
    async with a_desk(tmp_path, {"gazette": QUARTERS}) as desk:
        await desk.put(title="One")
        await desk.step()
        desk.clock.advance(timedelta(seconds=1))
        await desk.put(title="Two")
        assert await desk.steps_until(NOON + 14 * MINUTE) == []
        assert told(await desk.steps_until(NOON + 15 * MINUTE)) == [("article.updated", "Two")]


async def test_an_interval_counts_from_the_epoch_and_not_from_the_change(tmp_path: Path) -> None:
    async with a_desk(tmp_path, {"gazette": 'schedule = "every 90s"'}, at=NOON + timedelta(seconds=10)) as desk:
        await desk.put()
        assert await desk.steps_until(NOON + timedelta(seconds=89), every=timedelta(seconds=1)) == []
        assert len(await desk.steps_until(NOON + timedelta(seconds=90))) == 1


async def test_nothing_goes_before_release_plus_delay(tmp_path: Path) -> None:
    partners = {"gazette": 'delay = "1h"', "mirror": f'delay = "1h"\n{QUARTERS}'}
    async with a_desk(tmp_path, partners, at=NOON + MINUTE) as desk:
        await desk.put()
        assert await desk.steps_until(NOON + 60 * MINUTE) == []
        assert [each.partner for each in await desk.steps_until(NOON + 61 * MINUTE)] == ["gazette"]
        assert [each.partner for each in await desk.steps_until(NOON + 75 * MINUTE)] == ["mirror"]


async def test_what_is_under_embargo_goes_at_the_first_run_after_it(tmp_path: Path) -> None:
    until = NOON + 20 * MINUTE
    async with a_desk(tmp_path, {"gazette": QUARTERS, "mirror": ""}) as desk:
        await desk.put(embargo_until=until.isoformat())
        assert await desk.deliveries("mirror") == []
        assert await desk.steps_until(until - timedelta(seconds=1)) == []
        assert [each.partner for each in await desk.steps_until(until)] == ["mirror"]
        assert [each.partner for each in await desk.steps_until(NOON + 30 * MINUTE)] == ["gazette"]


async def test_a_correction_goes_at_once_to_whoever_holds_a_copy(tmp_path: Path) -> None:
    partners = {"gazette": QUARTERS, "mirror": f'corrections = "scheduled"\n{QUARTERS}'}
    async with a_desk(tmp_path, partners) as desk:
        await desk.put()
        await desk.step()
        desk.clock.advance(MINUTE)
        await desk.put(title="Ferry was late", correction="It was five minutes late.")
        assert [(each.partner, each.type) for each in await desk.step()] == [("gazette", "article.corrected")]
        later = await desk.steps_until(NOON + 15 * MINUTE)
        assert [(each.partner, each.type) for each in later] == [("mirror", "article.corrected")]


async def test_a_correction_of_what_a_partner_never_got_waits_with_it(tmp_path: Path) -> None:
    async with a_desk(tmp_path, {"gazette": QUARTERS}, at=NOON + MINUTE) as desk:
        await desk.put()
        await desk.put(title="Ferry was late", correction="It was five minutes late.")
        assert await desk.step() == []
        assert told(await desk.steps_until(NOON + 15 * MINUTE)) == [("article.published", "Ferry was late")]


async def test_a_retraction_waits_for_no_schedule(tmp_path: Path) -> None:
    async with a_desk(tmp_path, {"gazette": QUARTERS}) as desk:
        await desk.put()
        await desk.step()
        desk.clock.advance(MINUTE)
        await desk.retract(FERRY, note="It was not so.")
        [arrival] = await desk.step()
        assert (arrival.type, arrival.cause, arrival.title) == ("article.retracted", "retracted", None)
        assert desk.sites.events[-1]["data"]["public_note"] == "It was not so."


async def test_what_is_retracted_before_its_run_never_goes(tmp_path: Path) -> None:
    async with a_desk(tmp_path, {"gazette": QUARTERS}, at=NOON + MINUTE) as desk:
        await desk.put()
        await desk.retract(FERRY)
        assert await desk.steps_until(NOON + 31 * MINUTE) == []
        assert [each.state.value for each in await desk.deliveries("gazette")] == ["cancelled"]


async def _fail_until_open(desk: Desk) -> None:
    desk.behave.of["gazette"] = Behaviour.ERROR
    for number in range(5):
        await desk.put(id=f"{FERRY}-{number}", title=f"Ferry {number}")
    assert len(await desk.step()) == 5
    desk.behave.of["gazette"] = Behaviour.OK
    await desk.put(title="Changed")
    assert await desk.step() == []


async def test_a_retraction_passes_an_open_circuit(tmp_path: Path) -> None:
    async with a_desk(tmp_path, {"gazette": ""}) as desk:
        await desk.put()
        await desk.step()
        await _fail_until_open(desk)
        await desk.retract(FERRY)
        assert told(await desk.step()) == [("article.retracted", None)]


async def test_an_open_circuit_is_tried_with_one_delivery(tmp_path: Path) -> None:
    async with a_desk(tmp_path, {"gazette": ""}) as desk:
        await _fail_until_open(desk)
        assert await desk.steps_until(NOON + timedelta(seconds=29), every=timedelta(seconds=1)) == []
        desk.clock.advance(timedelta(seconds=2))
        assert len(await desk.step()) == 1


@pytest.mark.parametrize("retracted", [True, False])
async def test_a_halt_stops_everything_but_retractions(tmp_path: Path, retracted: bool) -> None:
    async with a_desk(tmp_path, {"gazette": ""}) as desk:
        await desk.put()
        await desk.step()
        await halt(desk.service.office, actor="test")
        if retracted:
            await desk.retract(FERRY)
        else:
            await desk.put(title="Changed", correction="It was wrong.")
        assert len(await desk.step()) == int(retracted)
