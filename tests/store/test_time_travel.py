"""What was: feeds and partners as of a moment, differences, and whether bytes shown are those that went."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from syndicate.actions.compare import difference
from syndicate.actions.erase import erase
from syndicate.actions.evidence import compare, document_as_of
from syndicate.actions.held import held_by
from syndicate.actions.past import STEP, as_of, marked
from syndicate.actions.payloads import payload_of
from syndicate.actions.retract import retract
from syndicate.actions.served import Verdict, digest_of
from syndicate.actions.tidy import Kept, tidy
from syndicate.app.service import Service
from syndicate.clock import FixedClock
from syndicate.connectors.contract import Accepted
from syndicate.errors import FeedNotFoundError, InvalidQueryError, PartnerNotFoundError
from syndicate.store import served
from tests.builders import NOON
from tests.papers import put
from tests.store.conftest import OpenPaper
from tests.store.mailroom import FERRY, PARTNER, answer, claim_all, deliver, owed
from tests.store.newsdesk import declared

QUAY = "tag:harbour.example,2026:quay"
MINUTE = timedelta(minutes=1)


@pytest.fixture
async def paper(open_paper: OpenPaper) -> Service:
    return await open_paper(PARTNER)


async def shown(paper: Service, at: datetime, feed: str = "latest") -> list[tuple[str, int]]:
    """Return the entries of a feed as of an instant: id and revision."""
    then = await as_of(paper.office, feed, at)
    ids = [entry.id for entry in then.snapshot.content.entries]
    return list(zip(ids, then.revisions, strict=True))


async def test_a_feed_shows_what_stood_there_then(paper: Service, clock: FixedClock) -> None:
    await put(paper)
    clock.advance(MINUTE)
    await put(paper, title="Late")
    await put(paper, id=QUAY, title="Quay")
    clock.advance(MINUTE)
    await retract(paper.office, QUAY, reason="wrong", public_note=None, actor="desk")
    assert await shown(paper, NOON) == [(FERRY, 1)]
    assert sorted(await shown(paper, NOON + MINUTE)) == [(FERRY, 2), (QUAY, 1)]
    assert await shown(paper, clock.now()) == [(FERRY, 2)]
    now = await as_of(paper.office, "latest", clock.now())
    assert [each.id for each in now.snapshot.content.tombstones] == [QUAY]


async def test_an_erased_story_is_named_and_shown_no_more(paper: Service, clock: FixedClock) -> None:
    await put(paper)
    await put(paper, id=QUAY, title="Quay")
    clock.advance(MINUTE)
    await retract(paper.office, QUAY, reason="wrong", public_note=None, actor="desk")
    await erase(paper.office, paper.pictures, QUAY, case="court 12")
    then = await as_of(paper.office, "latest", NOON)
    assert [(each.id, each.revision) for each in then.erased] == [(QUAY, 1)]
    body, _ = await document_as_of(paper.office, "latest", NOON, "json")
    assert b"1 erased since" in body
    assert b"Quay" not in body
    now = await as_of(paper.office, "latest", clock.now())
    assert [each.id for each in now.snapshot.content.tombstones] == [QUAY]


async def test_a_document_of_the_past_says_so(paper: Service) -> None:
    await put(paper)
    body, _ = await document_as_of(paper.office, "latest", NOON, "rss")
    assert b"<title>Latest (as of 2026-03-04T12:00:00Z, for operators only)</title>" in body


@pytest.mark.parametrize(
    ("at", "why"),
    [(NOON + MINUTE, "future"), (NOON - MINUTE, "before the first article, which came at 2026-03-04T12:00:00Z")],
)
async def test_an_instant_of_which_nothing_can_be_told_is_refused(paper: Service, at: datetime, why: str) -> None:
    await put(paper)
    with pytest.raises(InvalidQueryError, match=why):
        await as_of(paper.office, "latest", at)


async def test_a_paper_without_articles_has_no_past(paper: Service) -> None:
    with pytest.raises(InvalidQueryError, match="before the first article"):
        await as_of(paper.office, "latest", NOON)
    with pytest.raises(FeedNotFoundError):
        await as_of(paper.office, "nowhere", NOON)


async def test_a_moment_is_found_among_many(paper: Service, clock: FixedClock) -> None:
    for number in range(20):
        await put(paper, title=f"Title {number}")
        clock.advance(MINUTE)
    for number in range(20):
        assert await shown(paper, NOON + number * MINUTE) == [(FERRY, number + 1)]
        assert await shown(paper, NOON + number * MINUTE + MINUTE / 2) == [(FERRY, number + 1)]


async def test_the_walk_ends_when_the_feed_is_full(open_paper: OpenPaper, clock: FixedClock) -> None:
    paper = await open_paper(feeds={"latest": 'title = "Latest"\nitems = 3\n'})
    for number in range(60):
        await put(paper, id=f"tag:harbour.example,2026:{number}", title=f"Story {number}")
        clock.advance(timedelta(hours=1))
    then = await as_of(paper.office, "latest", clock.now())
    assert len(then.revisions) == 3
    assert then.whole
    assert then.looked_at < 6


async def test_a_walk_that_was_cut_short_says_so(open_paper: OpenPaper, clock: FixedClock) -> None:
    paper = await open_paper(feeds={"harbour": 'title = "Harbour"\n[select]\ncategories = ["Harbour"]\n'})
    for number in range(STEP + 1):
        await put(paper, id=f"tag:harbour.example,2026:{number}", title=f"Story {number}", categories=["Sport"])
    then = await as_of(paper.office, "harbour", clock.now(), look_at_most=STEP)
    assert not then.whole
    assert marked(then).feed.title.endswith("; incomplete)")
    assert (await as_of(paper.office, "harbour", clock.now())).whole


async def test_today_s_selection_is_what_counts(paper: Service, clock: FixedClock) -> None:
    await put(paper, categories=["Sport"])
    clock.advance(MINUTE)
    await put(paper, categories=["Harbour"])
    assert await shown(paper, NOON, "harbour") == []
    await paper.use(declared(paper, PARTNER, {"harbour": 'title = "Harbour"\n[select]\ncategories = ["Sport"]\n'}))
    assert await shown(paper, NOON, "harbour") == [(FERRY, 1)]
    assert await shown(paper, clock.now(), "harbour") == []


# --- differences ---------------------------------------------------------------------------------------------------


async def test_a_difference_tells_what_came_changed_and_went(paper: Service, clock: FixedClock) -> None:
    third, fourth = QUAY + "3", QUAY + "4"
    for each in (FERRY, QUAY, third):
        await put(paper, id=each, title="Old")
    clock.advance(MINUTE)
    await put(paper, title="New", summary="More")
    await retract(paper.office, QUAY, reason="wrong", public_note=None, actor="desk")
    await put(paper, id=third, title="Old", categories=["Sport"])
    await put(paper, id=fourth, title="Fresh")
    found = await difference(paper.office, "harbour", NOON, None, names=("from", "to"))
    assert [(each.entry.id, each.why) for each in found.added] == [(fourth, "published")]
    assert [(each.after.id, each.revisions) for each in found.altered] == [(FERRY, (1, 2))]
    assert set(found.altered[0].members) == {"title", "summary", "updated_at"}
    assert {(each.entry.id, each.why) for each in found.removed} == {(QUAY, "retracted"), (third, "deselected")}


async def test_a_difference_tells_who_made_room_for_whom(open_paper: OpenPaper, clock: FixedClock) -> None:
    paper = await open_paper(feeds={"latest": 'title = "Latest"\nitems = 1\n'})
    await put(paper)
    clock.advance(MINUTE)
    await put(paper, id=QUAY, title="Quay")
    clock.advance(MINUTE)
    await retract(paper.office, QUAY, reason="wrong", public_note=None, actor="desk")
    pushed = await difference(paper.office, "latest", NOON, NOON + MINUTE, names=("from", "to"))
    assert [each.why for each in pushed.removed] == ["displaced by newer ones"]
    back = await difference(paper.office, "latest", NOON + MINUTE, None, names=("from", "to"))
    assert [each.why for each in back.added] == ["moved up"]


async def test_a_difference_runs_forward(paper: Service, clock: FixedClock) -> None:
    await put(paper)
    clock.advance(MINUTE)
    with pytest.raises(InvalidQueryError, match="later than the end"):
        await difference(paper.office, "latest", clock.now(), NOON, names=("from", "to"))


# --- what went -----------------------------------------------------------------------------------------------------


async def verdicts(paper: Service, at: datetime) -> dict[str, Verdict]:
    compared = await compare(paper.office, await as_of(paper.office, "latest", at))
    return {name: each.verdict for name, each in compared.items()}


async def test_a_document_is_known_again_when_it_was_served(paper: Service, clock: FixedClock) -> None:
    await put(paper)
    await paper.editions.get("latest", "rss")
    await paper.editions.served.write()
    clock.advance(MINUTE)
    await put(paper, title="Late")
    assert await verdicts(paper, NOON) == {"rss": Verdict.SAME, "atom": Verdict.UNKNOWN, "json": Verdict.UNKNOWN}


async def test_a_document_made_otherwise_is_not_what_went(paper: Service, clock: FixedClock) -> None:
    await put(paper)
    await paper.editions.get("latest", "rss")
    await paper.editions.served.write()
    clock.advance(MINUTE)
    await put(paper, title="Late")
    await paper.use(declared(paper, PARTNER, {"latest": 'title = "Renamed"\n'}))
    assert (await verdicts(paper, NOON))["rss"] is Verdict.OTHER


async def test_what_was_served_twice_is_written_once_and_forgotten_after_its_time(
    paper: Service, clock: FixedClock
) -> None:
    await put(paper)
    for _ in range(2):
        edition = await paper.editions.get("latest", "rss")
        await paper.editions.served.write()
        clock.advance(MINUTE)
    row = await paper.store.read(served.by_digest, "latest", "rss", edition.digest)
    assert row is not None
    assert row.first_at == NOON
    await tidy(paper.office, Kept(editions=timedelta(minutes=5)))
    assert await paper.store.read(served.by_digest, "latest", "rss", edition.digest) is not None
    await tidy(paper.office, Kept(editions=timedelta(minutes=1)))
    assert await paper.store.read(served.by_digest, "latest", "rss", edition.digest) is None


async def sent(paper: Service, *, digest: str | None, remote: dict[str, Any] | None = None) -> str:
    """Let the partner take the one delivery that is due; returns its id."""
    [parcel] = await claim_all(paper.office)
    await answer(paper.office, [parcel], Accepted(payload_digest=digest, remote=remote or {}))
    return parcel.delivery.id


async def digest_now(paper: Service) -> str:
    [delivery] = await owed(paper.office)
    made = await payload_of(paper.office, paper.connections, delivery.id)
    assert made.preview is not None
    return digest_of(made.preview.body)


async def test_a_payload_made_again_is_the_one_that_went(paper: Service, clock: FixedClock) -> None:
    await put(paper)
    expected = await digest_now(paper)
    delivery = await sent(paper, digest=expected)
    clock.advance(MINUTE)
    await put(paper, title="Late")
    made = await payload_of(paper.office, paper.connections, delivery)
    assert made.comparison is not None
    assert (made.comparison.verdict, made.comparison.went_at) == (Verdict.SAME, NOON)


async def test_a_payload_made_otherwise_is_not_what_went(paper: Service) -> None:
    await put(paper)
    delivery = await sent(paper, digest=await digest_now(paper))
    other = PARTNER + '[partners.gazette.profile]\ncontent = "summary"\n'
    await paper.use(declared(paper, other))
    made = await payload_of(paper.office, paper.connections, delivery)
    assert made.comparison is not None
    assert made.comparison.verdict is Verdict.OTHER


async def test_nothing_is_claimed_of_a_payload_that_held_what_the_partner_had_answered(paper: Service) -> None:
    await put(paper)
    delivery = await sent(paper, digest="d1", remote={"pictures": {"http://127.0.0.1:9/ferry.jpg": 7}})
    made = await payload_of(paper.office, paper.connections, delivery)
    assert made.comparison is not None
    assert made.comparison.verdict is Verdict.UNREPEATABLE


async def test_a_delivery_whose_payload_cannot_be_written_any_more_is_shown_without_it(paper: Service) -> None:
    await put(paper)
    delivery = await sent(paper, digest="d1")
    (paper.loaded.path.parent / "broken.xml").write_text("<a>{% if article %}<b>{% endif %}</a>", "utf-8")
    await paper.use(declared(paper, PARTNER + '[partners.gazette.profile]\ntemplate = "broken.xml"\n'))
    made = await payload_of(paper.office, paper.connections, delivery)
    assert made.preview is None
    assert "cannot be written" in (made.unshown or "")


async def test_without_a_digest_nothing_is_claimed(paper: Service) -> None:
    await put(paper)
    [waiting] = await owed(paper.office)
    assert (await payload_of(paper.office, paper.connections, waiting.id)).comparison is None
    delivery = await sent(paper, digest=None)
    made = await payload_of(paper.office, paper.connections, delivery)
    assert made.comparison is not None
    assert made.comparison.verdict is Verdict.UNKNOWN


async def test_the_payload_of_an_erased_story_is_not_shown(paper: Service) -> None:
    await put(paper)
    delivery = await sent(paper, digest="d1")
    await retract(paper.office, FERRY, reason="wrong", public_note=None, actor="desk")
    await erase(paper.office, paper.pictures, FERRY, case="court 12")
    made = await payload_of(paper.office, paper.connections, delivery)
    assert (made.preview, made.unshown) == (None, "the article was erased")


async def test_what_a_partner_had_is_what_it_had_taken_by_then(paper: Service, clock: FixedClock) -> None:
    await put(paper)
    clock.advance(MINUTE)
    await deliver(paper.office)
    clock.advance(MINUTE)
    await put(paper, title="Late")
    clock.advance(MINUTE)
    await deliver(paper.office)
    await retract(paper.office, FERRY, reason="wrong", public_note=None, actor="desk")
    clock.advance(MINUTE)
    await deliver(paper.office)
    found = [await held_by(paper.office, "gazette", NOON + each * MINUTE, limit=10) for each in range(5)]
    assert [[(had.type, had.revision) for had in each] for each in found] == [
        [],
        [("article.published", 1)],
        [("article.published", 1)],
        [("article.updated", 2)],
        [("article.retracted", 3)],
    ]
    with pytest.raises(PartnerNotFoundError):
        await held_by(paper.office, "nobody", NOON, limit=10)
