"""A changed configuration: what feeds show and partners are owed follows it, and nothing of the old stays behind."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from syndicate.actions.adopt import adopt
from syndicate.actions.operate import replay
from syndicate.actions.release import keep_time
from syndicate.actions.retract import retract
from syndicate.app.service import Service
from syndicate.clock import FixedClock
from syndicate.errors import FeedNotFoundError
from syndicate.model.delivery import DeliveryState, EventType
from tests.builders import NOON
from tests.papers import FEEDS, put
from tests.store.conftest import OpenPaper
from tests.store.mailroom import CERTAIN, FERRY, PARTNER, UNCERTAIN, answer, claim_all, deliver, owed
from tests.store.newsdesk import declared, document, members, the_copy

DAY = timedelta(days=1)
HERALD = PARTNER.replace("partners.gazette", "partners.herald")
HEIR = HERALD.replace("schedule", 'renamed_from = "gazette"\nschedule', 1)


def latest(max_age: str | None) -> dict[str, str]:
    return FEEDS | {"latest": FEEDS["latest"] + (f'[select]\nmax_age = "{max_age}"\n' if max_age else "")}


# --- feeds ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "stays"),
    [(None, "48h", False), ("48h", "480h", True), ("48h", None, True), ("480h", "48h", False)],
)
async def test_what_a_feed_shows_grows_old_by_the_age_in_force(
    open_paper: OpenPaper, clock: FixedClock, before: str | None, after: str | None, stays: bool
) -> None:
    paper = await open_paper(feeds=latest(before))
    await put(paper)
    await adopt(paper.office, declared(paper, feeds=latest(after)).declarations)
    assert await members(paper, "latest") == [FERRY]
    clock.advance(3 * DAY)
    await keep_time(paper.office)
    assert await members(paper, "latest") == ([FERRY] if stays else [])


async def test_a_story_that_had_grown_too_old_is_back_when_the_age_is_raised(
    open_paper: OpenPaper, clock: FixedClock
) -> None:
    paper = await open_paper(feeds=latest("48h"))
    await put(paper)
    clock.advance(3 * DAY)
    await keep_time(paper.office)
    await adopt(paper.office, declared(paper, feeds=latest("480h")).declarations)
    assert await members(paper, "latest") == [FERRY]


async def test_growing_too_old_for_a_shorter_age_is_no_withdrawal(open_paper: OpenPaper, clock: FixedClock) -> None:
    paper = await open_paper(feeds=latest("480h"))
    await paper.editions.start()
    await put(paper)
    clock.advance(3 * DAY)
    await adopt(paper.office, declared(paper, feeds=latest("48h")).declarations)
    assert await members(paper, "latest") == []
    assert "deleted-entry" not in await document(paper)
    await retract(paper.office, FERRY, reason="wrong", public_note="We were wrong.", actor="desk")
    assert "We were wrong." in await document(paper)


@pytest.mark.parametrize(
    ("days", "title", "withdrawn"), [(400, "New ferry sails on time", False), (1, "Too short", True)]
)
async def test_growing_too_old_for_a_dialect_is_no_withdrawal_but_being_refused_by_it_is(
    open_paper: OpenPaper, days: int, title: str, withdrawn: bool
) -> None:
    paper = await open_paper()
    await paper.editions.start()
    await put(paper, title=title, body_html="<p>It did.</p>", published_at=(NOON - days * DAY).isoformat())
    gated = FEEDS | {"latest": FEEDS["latest"] + 'dialect = "msn"\n'}
    await adopt(paper.office, declared(paper, feeds=gated).declarations)
    assert await members(paper, "latest") == []
    # This dialect tells of a withdrawal in an entry that is valid no more.
    assert (FERRY in await document(paper)) is withdrawn


async def test_what_a_changed_selection_wants_at_no_age_is_withdrawn(open_paper: OpenPaper, clock: FixedClock) -> None:
    paper = await open_paper(feeds=latest("480h"))
    await paper.editions.start()
    await put(paper)
    clock.advance(3 * DAY)
    other = FEEDS["latest"] + '[select]\nmax_age = "48h"\ncategories = ["Sport"]\n'
    await adopt(paper.office, declared(paper, feeds=FEEDS | {"latest": other}).declarations)
    assert "deleted-entry" in await document(paper)


@pytest.mark.parametrize(("categories", "withdrawn"), [(["Harbour"], False), (["Sport"], True)])
async def test_a_story_that_is_changed_when_it_is_too_old_is_withdrawn_only_from_what_it_left(
    open_paper: OpenPaper, clock: FixedClock, categories: list[str], withdrawn: bool
) -> None:
    select = 'title = "Harbour"\n[select]\nmax_age = "48h"\ncategories = ["Harbour"]\n'
    paper = await open_paper(feeds=FEEDS | {"harbour": select})
    await paper.editions.start()
    await put(paper)
    clock.advance(3 * DAY)
    await put(paper, title="New ferry is late", categories=categories)
    assert await members(paper, "harbour") == []
    assert ("deleted-entry" in await document(paper, "harbour")) is withdrawn


async def test_a_feed_that_was_removed_is_served_no_more_and_comes_back_up_to_date(open_paper: OpenPaper) -> None:
    paper = await open_paper()
    await paper.editions.start()
    await put(paper)
    assert "sails on time" in await document(paper)
    without = {slug: text for slug, text in FEEDS.items() if slug != "latest"}
    await adopt(paper.office, declared(paper, feeds=without).declarations)
    with pytest.raises(FeedNotFoundError):
        await document(paper)
    await put(paper, title="New ferry is late")
    await adopt(paper.office, declared(paper).declarations)
    assert "New ferry is late" in await document(paper)


# --- partners that go, come back and change their names ------------------------------------------------------------


async def test_a_partner_that_comes_back_is_told_what_was_retracted_meanwhile_and_nothing_else(
    open_paper: OpenPaper, clock: FixedClock
) -> None:
    paper = await open_paper(PARTNER)
    await put(paper)
    on_its_way = await claim_all(paper.office)
    await adopt(paper.office, declared(paper).declarations)
    await answer(paper.office, on_its_way, UNCERTAIN)
    await retract(paper.office, FERRY, reason="wrong", public_note=None, actor="desk")
    await adopt(paper.office, declared(paper, PARTNER).declarations)
    clock.advance(timedelta(hours=1))
    assert await deliver(paper.office) == [("article.retracted", 2)]


async def test_a_partner_that_comes_back_is_not_sent_what_waited_when_it_went(open_paper: OpenPaper) -> None:
    paper = await open_paper(PARTNER)
    await put(paper)
    await adopt(paper.office, declared(paper).declarations)
    assert [each.state for each in await owed(paper.office)] == [DeliveryState.CANCELLED]
    await adopt(paper.office, declared(paper, PARTNER).declarations)
    assert await deliver(paper.office) == []


async def test_what_a_removed_partner_refuses_waits_for_nobody(open_paper: OpenPaper) -> None:
    paper = await open_paper(PARTNER)
    await put(paper)
    sent = await claim_all(paper.office)
    await adopt(paper.office, declared(paper).declarations)
    await answer(paper.office, sent, UNCERTAIN)
    assert [each.state for each in await owed(paper.office)] == [DeliveryState.CANCELLED]


async def test_a_partner_may_take_a_name_that_it_or_another_had_before(open_paper: OpenPaper) -> None:
    paper = await open_paper(PARTNER)
    await put(paper)
    await deliver(paper.office)
    for partners in (HEIR, "", PARTNER):
        await adopt(paper.office, declared(paper, partners).declarations)
    await replay(paper.office, "gazette", since=NOON - DAY, actor="desk")
    await deliver(paper.office)
    await adopt(paper.office, declared(paper, HEIR).declarations)
    await put(paper, title="New ferry is late")
    assert await deliver(paper.office, "herald") == [("article.updated", 2)]


async def test_a_partner_merged_into_one_that_exists_is_owed_nothing_more(open_paper: OpenPaper) -> None:
    paper = await open_paper(PARTNER + HERALD)
    await put(paper)
    await adopt(paper.office, declared(paper, HEIR).declarations)
    assert [each.state for each in await owed(paper.office, "gazette")] == [DeliveryState.CANCELLED]
    assert await deliver(paper.office, "herald") == [("article.published", 1)]


def named(**former: str) -> str:
    """Declare partners, by their names, with the names they had before."""
    sections = {name: PARTNER.replace("partners.gazette", f"partners.{name}") for name in former}
    return "".join(
        text.replace("schedule", f'renamed_from = "{former[name]}"\nschedule', 1) if former[name] else text
        for name, text in sections.items()
    )


@pytest.mark.parametrize(
    ("renamed", "holds"),
    [
        ({"herald": "gazette", "gazette": "courier"}, {"herald": 2, "gazette": 1}),
        ({"gazette": "courier", "courier": "gazette"}, {"courier": 2, "gazette": 1}),
    ],
    ids=["a chain", "a swap"],
)
async def test_names_that_pass_from_one_to_another_at_once_carry_what_each_holds(
    open_paper: OpenPaper, renamed: dict[str, str], holds: dict[str, int]
) -> None:
    paper = await open_paper(named(gazette="", courier=""))
    await put(paper)
    for partner in ("gazette", "courier"):
        await deliver(paper.office, partner)
    await put(paper, title="New ferry is late")
    await deliver(paper.office, "gazette")
    for extra in ("", '[rights.ap]\ncredits = ["AP"]\n'):
        # The second change is another one: what was renamed before is not renamed again.
        await adopt(paper.office, declared(paper, named(**renamed) + extra).declarations)
        assert {name: (await the_copy(paper, name)).revision for name in holds} == holds
    still_owed = next(name for name, revision in holds.items() if revision == 1)
    assert await deliver(paper.office, still_owed) == [("article.updated", 2)]


async def test_a_schedule_changed_together_with_the_name_dates_what_waits(open_paper: OpenPaper) -> None:
    paper = await open_paper(PARTNER)
    await put(paper)
    await adopt(paper.office, declared(paper, HEIR.replace('"immediately"', '"0 18 * * *"')).declarations)
    assert [each.due_at - NOON for each in await owed(paper.office, "herald")] == [timedelta(hours=6)]


async def test_two_processes_that_read_a_change_at_once_adopt_it_once(open_paper: OpenPaper) -> None:
    paper = await open_paper(PARTNER)
    await put(paper)
    changed = declared(paper, HEIR).declarations
    adopted = await asyncio.gather(*[adopt(paper.office, changed) for _ in range(2)])
    assert sorted(number is None for number in adopted) == [False, True]
    assert await deliver(paper.office, "herald") == [("article.published", 1)]


# --- schedules -----------------------------------------------------------------------------------------------------


async def due(paper: Service) -> list[timedelta]:
    return [each.due_at - NOON for each in await owed(paper.office) if each.state is DeliveryState.WAITING]


async def test_a_changed_schedule_dates_what_was_never_tried_and_no_retry(open_paper: OpenPaper) -> None:
    paper = await open_paper(PARTNER)
    await put(paper)
    await answer(paper.office, await claim_all(paper.office), CERTAIN)
    [retry] = await due(paper)
    await put(paper, id="tag:harbour.example,2026:quay", title="The quay is closed")
    await adopt(paper.office, declared(paper, PARTNER.replace('"immediately"', '"0 18 * * *"')).declarations)
    assert sorted(await due(paper)) == sorted([retry, timedelta(hours=6)])


async def test_a_changed_schedule_leaves_retractions_alone(open_paper: OpenPaper) -> None:
    paper = await open_paper(PARTNER)
    await put(paper)
    await deliver(paper.office)
    await retract(paper.office, FERRY, reason="wrong", public_note=None, actor="desk")
    await adopt(paper.office, declared(paper, PARTNER.replace('"immediately"', '"0 18 * * *"')).declarations)
    [parcel] = await claim_all(paper.office)
    assert parcel.delivery.type is EventType.RETRACTED


async def test_a_longer_delay_holds_back_what_has_not_gone(open_paper: OpenPaper) -> None:
    paper = await open_paper(PARTNER)
    await put(paper)
    await adopt(paper.office, declared(paper, PARTNER.replace("schedule", 'delay = "2h"\nschedule')).declarations)
    assert await due(paper) == [timedelta(hours=2)]
