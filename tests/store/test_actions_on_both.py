"""Every action that writes, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from syndicate.actions.accept import Result
from syndicate.actions.adopt import adopt
from syndicate.actions.idempotent import Reply, Request, perform, rehearse
from syndicate.actions.leases import hand_back, next_due, recover, renew
from syndicate.actions.listings import list_copies, list_deliveries, list_journal, list_partners, show_delivery, trace
from syndicate.actions.office import Occasion
from syndicate.actions.operate import (
    halt,
    halted_by,
    lift_halt,
    pause_partner,
    replay,
    resume_partner,
)
from syndicate.actions.read import front, history
from syndicate.actions.receive import Event, receive
from syndicate.actions.release import keep_time, release
from syndicate.actions.retract import restore, retract
from syndicate.actions.single import confirm_copy, retry_delivery, send_one, withdraw_one
from syndicate.actions.tidy import Kept, tidy
from syndicate.app.service import Service
from syndicate.clock import FixedClock
from syndicate.errors import ArticleRetractedError, IdempotencyMismatchError
from syndicate.model.article import Status
from syndicate.model.delivery import DeliveryState, EventType, Holding
from syndicate.policy.health import HealthState
from syndicate.store import memberships, meta
from syndicate.store.tx import Tx
from tests.builders import NOON, an_article
from tests.papers import FEEDS, a_paper, configure, put
from tests.store.mailroom import CERTAIN, FERRY, FOR_GOOD, PARTNER, UPSTREAM, answer, claim_all, deliver, owed

STORE = '[store]\nurl = "{url}"\n'


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
async def paper(tmp_path: Path, url: str, clock: FixedClock) -> AsyncIterator[Service]:
    async with a_paper(tmp_path / "paper", STORE.format(url=url) + PARTNER + UPSTREAM, clock=clock) as service:
        yield service


async def members(paper: Service, feed: str) -> list[str]:
    found = await paper.store.read(memberships.newest, feed, limit=10)
    return [str(member.article.id) for member in found]


async def journal(paper: Service) -> list[tuple[int, str]]:
    return [(row.revision, row.kind.value) for row in await list_journal(paper.office, after=0, before=None, limit=100)]


async def test_an_article_is_accepted_updated_and_corrected(paper: Service) -> None:
    created = await put(paper)
    again = await put(paper)
    changed = await put(paper, title="New ferry is late")
    corrected = await put(paper, title="New ferry is late", correction="It was late.")
    assert [each.result for each in (created, again, changed, corrected)] == [
        Result.CREATED,
        Result.UNCHANGED,
        Result.CHANGED,
        Result.CHANGED,
    ]
    assert await journal(paper) == [(1, "published"), (2, "updated"), (3, "corrected")]
    assert await members(paper, "harbour") == [FERRY]
    assert [each["revision"] for each in (await history(paper.office, FERRY)).revisions] == [1, 2, 3]
    assert (await front(paper.office)).latest[0].article.title == "New ferry is late"


async def test_a_retraction_and_a_restoration_reach_the_partner_in_order(paper: Service) -> None:
    await put(paper)
    assert await deliver(paper.office) == [("article.published", 1)]
    await retract(paper.office, FERRY, reason="wrong", public_note="Sorry.", actor="desk")
    assert await deliver(paper.office) == [("article.retracted", 2)]
    with pytest.raises(ArticleRetractedError):
        await put(paper, title="Back again")
    await restore(paper.office, FERRY, actor="desk")
    assert await deliver(paper.office) == [("article.published", 3)]
    copy, *_ = await list_copies(paper.office, article=FERRY, partner=None, limit=10)
    assert (copy.holding, copy.revision) == (Holding.HELD, 3)


async def test_a_retraction_before_anything_began_cancels_what_waits(paper: Service) -> None:
    await put(paper)
    await retract(paper.office, FERRY, reason="wrong", public_note=None, actor="desk")
    assert [each.state for each in await owed(paper.office)] == [DeliveryState.CANCELLED]


async def test_a_story_that_leaves_the_selection_is_withdrawn(paper: Service) -> None:
    await put(paper)
    await deliver(paper.office)
    await put(paper, categories=["Sport"])
    assert await deliver(paper.office) == [("article.retracted", 2)]
    assert await members(paper, "harbour") == []


async def test_the_clock_releases_and_expires(paper: Service, clock: FixedClock) -> None:
    await put(
        paper, embargo_until=(NOON + timedelta(hours=1)).isoformat(), expires_at=(NOON + timedelta(2)).isoformat()
    )
    assert await keep_time(paper.office) == NOON + timedelta(hours=1)
    assert await owed(paper.office) == []
    clock.advance(timedelta(hours=1))
    assert await keep_time(paper.office) == NOON + timedelta(2)
    assert await deliver(paper.office) == [("article.published", 1)]
    clock.advance(timedelta(2))
    assert await keep_time(paper.office) is None
    assert await deliver(paper.office) == [("article.retracted", 1)]
    assert await journal(paper) == [(1, "published"), (1, "expired")]


async def redeclare(paper: Service, extra: str, feeds: Mapping[str, str] = FEEDS) -> None:
    """Put another configuration in force on the same store."""
    folder, url = paper.loaded.path.parent, paper.loaded.settings.store.url
    await paper.use(configure(folder, STORE.format(url=url) + extra, feeds=feeds))


async def test_a_feed_drops_what_grew_too_old(paper: Service, clock: FixedClock) -> None:
    await redeclare(paper, PARTNER, {"latest": 'title = "Latest"\n[select]\nmax_age = "1h"\n'})
    await put(paper)
    assert await members(paper, "latest") == [FERRY]
    clock.advance(timedelta(hours=2))
    await keep_time(paper.office)
    assert await members(paper, "latest") == []


def from_wire(number: int, kind: EventType = EventType.PUBLISHED, **article: object) -> Event:
    record = None if kind is EventType.RETRACTED else an_article(**article)
    return Event(f"msg_{number}", kind, FERRY, number, None, None, record)


async def test_a_held_article_is_released_by_hand(paper: Service) -> None:
    await redeclare(paper, PARTNER + UPSTREAM + 'publish = "hold"\n')
    assert (await receive(paper.office, "wire", from_wire(7))).result == "created"
    assert await members(paper, "latest") == []
    assert (await release(paper.office, FERRY, actor="desk")).stored.status is Status.PUBLISHED
    assert await members(paper, "latest") == [FERRY]


async def test_what_an_upstream_sends_is_applied_once_and_in_its_order(paper: Service) -> None:
    office = paper.office
    assert (await receive(office, "wire", from_wire(5))).result == "created"
    assert (await receive(office, "wire", from_wire(5))).result == "seen"
    assert (await receive(office, "wire", from_wire(9, EventType.RETRACTED))).result == "retracted"
    assert (await receive(office, "wire", from_wire(7, title="Late"))).result == "stale"
    assert (await trace(office, FERRY)).stored.status is Status.RETRACTED


async def test_an_adopted_selection_is_evaluated_anew(paper: Service) -> None:
    await put(paper)
    assert await members(paper, "world") == []
    await redeclare(paper, PARTNER, {"world": 'title = "World"\n[select]\ncategories = ["Harbour"]\n'})
    assert await members(paper, "world") == [FERRY]
    assert await adopt(paper.office, paper.declarations) is None


async def test_a_partner_that_goes_is_owed_nothing_and_one_renamed_keeps_its_copies(paper: Service) -> None:
    await put(paper)
    await deliver(paper.office)
    await put(paper, title="Second")
    renamed = PARTNER.replace("gazette", "courier").replace(
        "[partners.courier]", '[partners.courier]\nrenamed_from = "gazette"'
    )
    await redeclare(paper, renamed)
    assert await deliver(paper.office, "courier") == [("article.updated", 2)]
    await put(paper, title="Third")
    await redeclare(paper, "")
    assert [each.state for each in await owed(paper.office, "courier")][-1] is DeliveryState.CANCELLED


async def test_refusals_are_retried_and_given_up(paper: Service, clock: FixedClock) -> None:
    await put(paper)
    await answer(paper.office, await claim_all(paper.office), CERTAIN)
    [delivery] = await owed(paper.office)
    assert (delivery.state, delivery.attempts, delivery.reason) == (DeliveryState.WAITING, 1, "no connection")
    assert await next_due(paper.office) == delivery.due_at > clock.now()
    clock.advance(timedelta(minutes=1))
    await answer(paper.office, await claim_all(paper.office), FOR_GOOD)
    delivery, attempts = await show_delivery(paper.office, delivery.id)
    assert delivery.state is DeliveryState.FAILED
    assert [attempt.outcome for attempt in attempts] == ["no connection", "bad request"]
    await retry_delivery(paper.office, delivery.id, actor="desk")
    assert await deliver(paper.office) == [("article.published", 1)]


async def test_leases_are_renewed_given_back_and_run_out(paper: Service, clock: FixedClock) -> None:
    await put(paper)
    parcels = await claim_all(paper.office)
    clock.advance(timedelta(seconds=50))
    await renew(paper.office, [parcel.token for parcel in parcels])
    clock.advance(timedelta(seconds=50))
    assert await recover(paper.office, alone=False) == 0
    clock.advance(timedelta(seconds=50))
    assert await recover(paper.office, alone=False) == 1
    await hand_back(paper.office, await claim_all(paper.office))
    assert await deliver(paper.office) == [("article.published", 1)]


async def test_operators_stop_and_resume_what_goes_out(paper: Service) -> None:
    office = paper.office
    await put(paper)
    await halt(office, actor="desk")
    assert await halted_by(office) == "desk"
    assert await deliver(office) == []
    await lift_halt(office)
    await pause_partner(office, "gazette", reason="holidays", actor="desk")
    assert await deliver(office) == []
    await resume_partner(office, "gazette", actor="desk")
    assert await deliver(office) == [("article.published", 1)]
    [state] = await list_partners(office)
    assert (state.health.state, state.deliveries) == (HealthState.HEALTHY, {"delivered": 1})


async def test_a_replay_brings_the_newest_state_retractions_first(paper: Service) -> None:
    office = paper.office
    other = "tag:harbour.example,2026:quay"
    await put(paper)
    await put(paper, id=other, title="The quay is closed")
    await deliver(office)
    await pause_partner(office, "gazette", reason="x", actor="desk")
    await retract(office, FERRY, reason="wrong", public_note=None, actor="desk")
    await resume_partner(office, "gazette", actor="desk")
    await deliver(office)
    replayed = await replay(office, "gazette", since=NOON - timedelta(1), actor="desk")
    assert (replayed.articles, replayed.retractions, replayed.others) == (2, 1, 1)
    assert await deliver(office) == [("article.retracted", 2), ("article.published", 1)]
    # What the partner was told already comes again under the id it knows, not as something new.
    assert len(await owed(office)) == 3


async def test_one_story_is_sent_withdrawn_and_confirmed_gone(paper: Service) -> None:
    office = paper.office
    await put(paper, categories=["Sport"])
    await send_one(office, FERRY, "gazette", actor="desk")
    assert await deliver(office) == [("article.published", 1)]
    await withdraw_one(office, FERRY, "gazette", actor="desk")
    assert await deliver(office) == [("article.retracted", 1)]
    await send_one(office, FERRY, "gazette", actor="desk")
    await deliver(office)
    sent = [each.seq for each in await owed(office)]
    assert sent == sorted(set(sent)), "a partner that goes by seq would not take the story again"
    assert [each.type.value for each in await owed(office)][-1] == "article.published"
    await withdraw_one(office, FERRY, "gazette", actor="desk")
    await deliver(office)
    await confirm_copy(office, "gazette", FERRY, note="seen gone")
    [copy] = await list_copies(office, article=None, partner="gazette", limit=5)
    assert (copy.holding, copy.note) == (Holding.WITHDRAWN, "seen gone")


async def test_listings_go_on_after_their_cursor(paper: Service) -> None:
    office = paper.office
    for number in range(3):
        await put(paper, id=f"tag:harbour.example,2026:{number}", title=f"Story {number}")
    await deliver(office)
    first, second, third = await list_copies(office, article=None, partner=None, limit=10)
    cursor = (first.partner, first.article_id)
    assert await list_copies(office, article=None, partner=None, limit=10, after=cursor) == (second, third)
    newest, *older = await list_deliveries(office, partner=None, state="delivered", before=None, limit=10)
    before = (newest.created_at, newest.id)
    assert list(await list_deliveries(office, partner=None, state=None, before=before, limit=10)) == older
    assert [row.seq for row in await list_journal(office, after=None, before=10**9, limit=2)] == sorted(
        (row.seq for row in await list_journal(office, after=0, before=None, limit=10)), reverse=True
    )[:2]


async def test_the_same_key_gets_the_same_answer(paper: Service) -> None:
    def verb(tx: Tx, occasion: Occasion) -> str:
        meta.put(tx, "verb", occasion.new_id("ran"))
        return str(meta.get(tx, "verb"))

    def say(done: str) -> Reply:
        return Reply(200, {"done": done})

    request = Request("token", "key-1", "hash")
    first = await perform(paper.office, request, verb, say, actor="api")
    again = await perform(paper.office, request, verb, say, actor="api")
    assert (again.body, again.headers["Idempotency-Replayed"]) == (first.body, "true")
    with pytest.raises(IdempotencyMismatchError):
        await perform(paper.office, Request("token", "key-1", "other"), verb, say, actor="api")
    rehearsed = await rehearse(paper.office, verb, say, actor="api")
    assert await paper.store.read(meta.get, "verb") == first.body["done"] != rehearsed.body["done"]


async def test_tidying_forgets_what_ended_and_nothing_owed(paper: Service, clock: FixedClock) -> None:
    await put(paper)
    await deliver(paper.office)
    await put(paper, title="Second")
    clock.advance(timedelta(91))
    assert (await tidy(paper.office, Kept())).deliveries == 1
    assert [each.state for each in await owed(paper.office)] == [DeliveryState.WAITING]
    assert len(await list_copies(paper.office, article=FERRY, partner=None, limit=5)) == 1


async def test_tidying_forgets_the_attempts_of_what_ended_and_of_nothing_owed(
    paper: Service, clock: FixedClock
) -> None:
    async def tried() -> list[tuple[str, int]]:
        found = [await show_delivery(paper.office, each.id) for each in await owed(paper.office)]
        return [(delivery.state.value, len(made)) for delivery, made in found]

    await put(paper)
    await deliver(paper.office)
    await put(paper, id="tag:harbour.example,2026:quay", title="The quay is closed")
    await answer(paper.office, await claim_all(paper.office), CERTAIN)
    clock.advance(timedelta(days=29))
    await tidy(paper.office, Kept(attempts=timedelta(days=30)))
    assert await tried() == [("delivered", 1), ("waiting", 1)]
    clock.advance(timedelta(days=2))
    await tidy(paper.office, Kept(attempts=timedelta(days=30)))
    assert await tried() == [("delivered", 0), ("waiting", 1)]


async def test_tidying_goes_on_where_it_stopped(paper: Service, clock: FixedClock) -> None:
    kept = Kept(attempts=timedelta(days=10))
    for number in range(3):
        await put(paper, title=f"Ferry {number}")
        await deliver(paper.office)
        clock.advance(timedelta(days=11))
        await tidy(paper.office, kept)
    found = [await show_delivery(paper.office, each.id) for each in await owed(paper.office)]
    assert [len(made) for _, made in found] == [0, 0, 0]
