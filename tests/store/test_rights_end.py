"""The day a right ends: the story goes from who held it, or the story stays and its picture goes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from syndicate.actions.read import find
from syndicate.actions.record import withhold
from syndicate.actions.release import keep_time
from syndicate.app.service import Service
from syndicate.clock import FixedClock
from syndicate.model.delivery import DeliveryState, Holding
from syndicate.model.journal import Cause
from tests.builders import NOON
from tests.papers import put
from tests.store.conftest import OpenPaper
from tests.store.mailroom import PARTNER, UNCERTAIN, answer, claim_all, deliver, owed
from tests.store.newsdesk import document, take_records, the_copy

HOUR = timedelta(hours=1)
UNTIL_ONE = {"expires_at": (NOON + HOUR).isoformat()}
FREE, LENT = ("https://images.harbour.example/free.jpg", "https://images.harbour.example/lent.jpg")
PICTURES: list[dict[str, Any]] = [{"url": FREE}, {"url": LENT, "rights": UNTIL_ONE}]
BODY = f'<p>The ferry left.</p><figure><img src="{LENT}"></figure><p>It arrived.</p>'


@pytest.fixture
async def paper(open_paper: OpenPaper) -> Service:
    return await open_paper(PARTNER)


async def hours_pass(paper: Service, clock: FixedClock, hours: int = 2) -> None:
    clock.advance(hours * HOUR)
    await keep_time(paper.office)


# --- the article's -------------------------------------------------------------------------------------------------


async def test_a_story_whose_right_ended_is_withdrawn_from_who_holds_it_once(paper: Service, clock: FixedClock) -> None:
    await put(paper, rights=UNTIL_ONE)
    await deliver(paper.office)
    await hours_pass(paper, clock)
    [parcel] = await claim_all(paper.office)
    assert parcel.delivery.cause is Cause.RIGHTS
    await answer(paper.office, [parcel])
    await hours_pass(paper, clock)
    assert await deliver(paper.office) == []


async def test_a_story_whose_right_ended_before_it_went_does_not_go(open_paper: OpenPaper, clock: FixedClock) -> None:
    paper = await open_paper(PARTNER.replace('"immediately"', '"0 18 * * *"'))
    await put(paper, rights=UNTIL_ONE)
    await hours_pass(paper, clock, 7)
    assert await deliver(paper.office) == []
    assert {each.state for each in await owed(paper.office)} == {DeliveryState.CANCELLED, DeliveryState.SKIPPED}


async def test_what_was_on_its_way_when_the_right_ended_is_withdrawn_after_it(
    paper: Service, clock: FixedClock
) -> None:
    await put(paper, rights=UNTIL_ONE)
    on_its_way = await claim_all(paper.office)
    await hours_pass(paper, clock)
    await answer(paper.office, on_its_way, UNCERTAIN)
    assert await deliver(paper.office) == [("article.retracted", 1)]
    assert (await the_copy(paper)).holding is Holding.WITHDRAWN


async def test_an_update_withheld_because_the_right_ended_withdraws_what_is_held(
    paper: Service, clock: FixedClock
) -> None:
    await put(paper)
    await deliver(paper.office)
    await put(paper, title="New ferry is late", rights=UNTIL_ONE)
    [parcel] = await claim_all(paper.office)
    clock.advance(2 * HOUR)
    await withhold(paper.office, parcel, "the article's rights: they ended")
    assert await deliver(paper.office) == [("article.retracted", 2)]
    await keep_time(paper.office)
    assert await deliver(paper.office) == []


# --- a picture's ---------------------------------------------------------------------------------------------------


def names(record: dict[str, Any] | None, url: str) -> bool:
    assert record is not None
    return url in str(record)


async def test_a_picture_whose_right_ended_goes_from_who_holds_it_and_the_story_stays(
    paper: Service, clock: FixedClock
) -> None:
    await put(paper, images=PICTURES, body_html=BODY)
    [first] = await take_records(paper.office)
    assert names(first, FREE)
    assert names(first, LENT)
    await hours_pass(paper, clock)
    [second] = await take_records(paper.office)
    assert names(second, FREE)
    assert not names(second, LENT)
    assert (await the_copy(paper)).holding is Holding.HELD


async def test_a_picture_whose_right_ended_waits_for_no_schedule(open_paper: OpenPaper, clock: FixedClock) -> None:
    paper = await open_paper(PARTNER.replace('"immediately"', '"0 13 * * *"'))
    await put(paper, images=PICTURES)
    clock.advance(HOUR / 2)
    assert await deliver(paper.office) == []
    clock.advance(HOUR / 2)
    assert await deliver(paper.office) == [("article.published", 1)]
    await hours_pass(paper, clock)
    assert await deliver(paper.office) == [("article.updated", 1)]


@pytest.mark.parametrize(
    "record",
    [
        {"images": PICTURES, "body_html": BODY},
        {"related": [{"title": "The quay", "url": "https://h.example/quay", "image": PICTURES[1]}]},
    ],
    ids=["of the story", "of a related story"],
)
async def test_a_picture_whose_right_ended_goes_from_feeds_and_pages(
    paper: Service, clock: FixedClock, record: dict[str, Any], aiohttp_client: Any
) -> None:
    reader = await aiohttp_client(paper.web_app())
    put_there = await put(paper, **record)
    page = f"/articles/{put_there.stored.slug}"
    assert LENT in await (await reader.get(page)).text()
    before = await document(paper)
    await hours_pass(paper, clock)
    for path in (page, "/", "/feeds/latest"):
        assert LENT not in await (await reader.get(path)).text()
    for kind in ("rss", "atom", "json"):
        assert LENT.encode() not in (await paper.editions.get("latest", kind)).bodies["identity"]
    assert await document(paper) != before


async def test_rights_that_end_at_different_times_are_each_kept(paper: Service, clock: FixedClock) -> None:
    later = {"url": FREE, "rights": {"expires_at": (NOON + 3 * HOUR).isoformat()}}
    await put(paper, images=[later, PICTURES[1]])
    assert await keep_time(paper.office) == NOON + HOUR
    await hours_pass(paper, clock)
    assert LENT not in (halfway := await document(paper))
    assert FREE in halfway
    await hours_pass(paper, clock)
    assert FREE not in await document(paper)
    assert await keep_time(paper.office) is None


async def test_a_right_that_ended_makes_no_new_revision(paper: Service, clock: FixedClock) -> None:
    put_there = await put(paper, images=PICTURES)
    await hours_pass(paper, clock)
    stored = await find(paper.office, put_there.stored.id)
    assert stored.revision == 1
    assert stored.seq is not None
    assert put_there.stored.seq is not None
    assert stored.seq > put_there.stored.seq
