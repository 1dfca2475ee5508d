"""What a partner got in a month, on both databases: pushed or polled, as far as we know it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from syndicate.actions.fetched import note_fetched
from syndicate.actions.offer import offer_due
from syndicate.actions.pollers import pollings
from syndicate.actions.report import Report, report
from syndicate.actions.retract import retract
from syndicate.actions.single import withdraw_one
from syndicate.actions.tidy import Kept, tidy
from syndicate.app.service import Service
from syndicate.clock import FixedClock
from syndicate.errors import InvalidQueryError, PartnerNotFoundError
from syndicate.store import offers
from syndicate.store.offers import Carried
from tests.builders import NOON
from tests.papers import put
from tests.store.conftest import OpenPaper
from tests.store.mailroom import FERRY, FOR_GOOD, PARTNER, answer, claim_all, deliver, owed, put_story

PULL = """
[partners.herald]
connector = "pull"
token = "env:PARTNER_SECRET"
"""
RIGHTS = '[rights.ap]\ncredits = ["AP"]\n'
PICTURES = [
    {"url": "https://images.example/1.jpg", "credit": "Ann"},
    {"url": "https://images.example/2.jpg", "credit": "Ann"},
    {"url": "https://images.example/3.jpg", "credit": "AP"},
]
MARCH = "2026-03"


async def march(paper: Service, partner: str = "gazette") -> Report:
    return await report(paper.office, partner, MARCH)


def shown(found: Report) -> list[tuple[str, int, str, timedelta | None]]:
    return [(line.kind, line.revision, line.known_by, line.took) for line in found.lines]


async def fetch(paper: Service, partner: str = "herald") -> None:
    """Fetch all there is, as the partner's own feed and its changes let it."""
    found = await paper.store.read(offers.changes, f"partner:{partner}", seq=0, key=0, limit=100)
    carried = [Carried(each.article_key, each.revision, each.seq, each.left_at is not None) for each in found]
    await note_fetched(paper.office, partner, carried)


async def test_a_pushed_partner_got_what_it_acknowledged_and_when(open_paper: OpenPaper, clock: FixedClock) -> None:
    paper = await open_paper(PARTNER)
    await put_story(paper.office, title="New ferry")
    clock.advance(timedelta(minutes=1))
    await deliver(paper.office)
    await put_story(paper.office, title="The ferry", correction="It was not new.")
    clock.advance(timedelta(minutes=2))
    await deliver(paper.office)
    await retract(paper.office, FERRY, reason="wrong", public_note=None, actor="desk")
    clock.advance(timedelta(minutes=3))
    await deliver(paper.office)
    found = await march(paper)
    assert shown(found) == [
        ("published", 1, "acknowledged", timedelta(minutes=1)),
        ("corrected", 2, "acknowledged", timedelta(minutes=2)),
        ("retracted", 3, "acknowledged", timedelta(minutes=3)),
    ]
    assert [line.title for line in found.lines] == ["New ferry", "The ferry", "The ferry"]
    assert (found.stories, len(found.of_kind("corrected")), len(found.of_kind("retracted"))) == (1, 1, 1)


async def test_what_it_did_not_take_is_not_in_the_report(open_paper: OpenPaper) -> None:
    paper = await open_paper(PARTNER)
    await put_story(paper.office)
    await answer(paper.office, await claim_all(paper.office), FOR_GOOD)
    # One that it was not sent any more, because the story went before it could be.
    await put_story(paper.office, id="tag:harbour.example,2026:other")
    await retract(paper.office, "tag:harbour.example,2026:other", reason="wrong", public_note=None, actor="desk")
    assert any(each.finished_at for each in await owed(paper.office))
    assert (await march(paper)).lines == ()


async def test_pictures_are_counted_once_by_credit_and_only_those_that_went(open_paper: OpenPaper) -> None:
    paper = await open_paper(RIGHTS + PARTNER)
    await put_story(paper.office, images=PICTURES)
    await deliver(paper.office)
    await put_story(paper.office, images=PICTURES[1:], title="Other")
    await deliver(paper.office)
    assert (await march(paper)).pictures == {"Ann": 2}


@pytest.mark.parametrize(
    ("at", "is_in"),
    [
        # Summer time has begun: in London it is an hour later.
        (datetime.fromisoformat("2026-03-31T22:59:59Z"), False),
        (datetime.fromisoformat("2026-03-31T23:00:00Z"), True),
        (datetime.fromisoformat("2026-04-30T22:59:59Z"), True),
        (datetime.fromisoformat("2026-04-30T23:00:00Z"), False),
    ],
)
async def test_a_month_is_counted_in_the_partners_zone(
    open_paper: OpenPaper, clock: FixedClock, at: datetime, is_in: bool
) -> None:
    paper = await open_paper(PARTNER)
    clock.advance(at - NOON)
    await put_story(paper.office)
    await deliver(paper.office)
    assert bool((await report(paper.office, "gazette", "2026-04")).lines) is is_in


async def test_what_deliveries_no_longer_tell_copies_do(open_paper: OpenPaper, clock: FixedClock) -> None:
    paper = await open_paper(PARTNER)
    await put_story(paper.office, images=PICTURES[:1])
    await deliver(paper.office)
    clock.advance(timedelta(days=100))
    await tidy(paper.office, Kept(deliveries=timedelta(days=90)))
    found = await march(paper)
    assert shown(found) == [("held", 1, "acknowledged", None)]
    assert found.pictures == {"Ann": 1}


async def test_a_polled_partner_got_what_it_fetched(open_paper: OpenPaper, clock: FixedClock) -> None:
    paper = await open_paper(PULL)
    await put(paper)
    await offer_due(paper.office)
    assert shown(await march(paper, "herald")) == [("published", 1, "offered", timedelta(0))]
    clock.advance(timedelta(minutes=7))
    await fetch(paper)
    assert shown(await march(paper, "herald")) == [("published", 1, "fetched", timedelta(minutes=7))]
    await retract(paper.office, FERRY, reason="wrong", public_note=None, actor="desk")
    await offer_due(paper.office)
    clock.advance(timedelta(minutes=5))
    await fetch(paper)
    kinds = {line.kind: (line.known_by, line.took) for line in (await march(paper, "herald")).lines}
    assert kinds["retracted"] == ("fetched", timedelta(minutes=5))


async def test_what_is_withdrawn_and_not_looked_for_yet_is_not_known_to_be_gone(
    open_paper: OpenPaper, clock: FixedClock
) -> None:
    paper = await open_paper(PULL)
    await put(paper)
    await offer_due(paper.office)
    clock.advance(timedelta(minutes=7))
    await fetch(paper)
    # The same revision, so that only what the copy holds tells one from the other.
    await withdraw_one(paper.office, FERRY, "herald", actor="desk")
    await offer_due(paper.office)
    known = {(line.kind, line.known_by) for line in (await march(paper, "herald")).lines}
    assert known == {("published", "fetched"), ("retracted", "offered")}
    await fetch(paper)
    known = {(line.kind, line.known_by) for line in (await march(paper, "herald")).lines}
    assert known == {("published", "offered"), ("retracted", "fetched")}


async def test_the_lag_is_from_the_offer_to_the_first_fetch(open_paper: OpenPaper, clock: FixedClock) -> None:
    paper = await open_paper(PULL)
    await put(paper)
    await offer_due(paper.office)
    offered_at = clock.now()
    lag = (await pollings(paper.office))["herald"].lag
    assert (lag.fetched, lag.usual, lag.waiting, lag.waiting_since) == (0, None, 1, offered_at)
    clock.advance(timedelta(minutes=7))
    await fetch(paper)
    clock.advance(timedelta(minutes=7))
    await fetch(paper)
    lag = (await pollings(paper.office))["herald"].lag
    assert (lag.fetched, lag.usual, lag.longest, lag.waiting) == (1, timedelta(minutes=7), timedelta(minutes=7), 0)


async def test_a_partner_counts_as_silent_until_it_comes_again(open_paper: OpenPaper, clock: FixedClock) -> None:
    paper = await open_paper(PULL)
    for _ in range(3):
        paper.readership.polled("partner:herald", "Herald/1", "192.0.2.1", conditional=True, held=True)
        await paper.readership.flush()
        clock.advance(timedelta(minutes=15))
    last_at = clock.now() - timedelta(minutes=15)
    assert (await pollings(paper.office))["herald"].silent_since is None
    clock.advance(timedelta(hours=1))
    await paper.readership.watch()
    found = (await pollings(paper.office))["herald"]
    assert found.reader is not None
    assert (found.reader.last_at, found.silent_since) == (last_at, clock.now())
    assert found.reader.interval == timedelta(minutes=15)
    paper.readership.polled("partner:herald", "Herald/1", "192.0.2.1", conditional=True, held=True)
    await paper.readership.flush()
    assert (await pollings(paper.office))["herald"].silent_since is None


async def test_who_asks_for_no_month_or_no_partner_is_told_so(open_paper: OpenPaper) -> None:
    paper = await open_paper(PARTNER)
    with pytest.raises(InvalidQueryError):
        await report(paper.office, "gazette", "2026-13")
    with pytest.raises(PartnerNotFoundError):
        await report(paper.office, "nobody", MARCH)
