"""The own feed of a partner that polls: what stands in it, and since when."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial

import pytest

from syndicate.actions.erase import erase
from syndicate.actions.listings import list_copies, list_deliveries
from syndicate.actions.offer import offer_due
from syndicate.actions.office import Office
from syndicate.actions.operate import halt, pause_partner, resume_partner
from syndicate.actions.release import keep_time
from syndicate.actions.single import withdraw_one
from syndicate.model.delivery import Copy, Evidence, Holding
from syndicate.store import journal
from tests.web.conftest import OpenDesk
from tests.web.desk import FERRY
from tests.web.polling import TOKEN, TOKENS, Gazette, bearer, pull

MINUTE = timedelta(minutes=1)


@pytest.fixture
async def gazette(open_desk: OpenDesk) -> Gazette:
    return Gazette(await open_desk(pull(), environ=TOKENS))


async def with_options(open_desk: OpenDesk, more: str, extra: str = "") -> Gazette:
    return Gazette(await open_desk(extra + pull(more), environ=TOKENS))


async def copies(gazette: Gazette) -> list[Copy]:
    return list(await list_copies(gazette.desk.service.office, article=None, partner="gazette", limit=10))


async def test_a_partner_finds_what_it_selects_in_its_own_feed_in_every_format(gazette: Gazette) -> None:
    await gazette.desk.put()
    await gazette.desk.put("tag:harbour.example,2026:other", title="Not theirs", categories=["Sport"])
    for name in ("rss", "atom", "json"):
        answer = await gazette.ask(f"feed.{name}")
        text = await answer.text()
        assert answer.status == 200
        assert "New ferry sails on time" in text
        assert "Not theirs" not in text
        assert "Posted on" in text
        assert f"/partners/gazette/feed.{name}" in text


async def test_nothing_is_held_before_a_fetch_and_it_is_after(gazette: Gazette) -> None:
    await gazette.desk.put()
    await gazette.ask("feed.json", method="HEAD")
    [before] = await copies(gazette)
    assert (before.holding, before.evidence) == (Holding.NONE, None)
    await gazette.feed()
    [after] = await copies(gazette)
    assert (after.holding, after.revision, after.evidence) == (Holding.HELD, 1, Evidence.FETCHED)
    [delivery] = await list_deliveries(
        gazette.desk.service.office, partner="gazette", state="delivered", before=None, limit=5
    )
    assert delivery.revision == 1


async def test_a_fetch_of_what_is_noted_writes_nothing(gazette: Gazette) -> None:
    await gazette.desk.put()
    await gazette.feed()
    [before] = await copies(gazette)
    gazette.desk.clock.advance(MINUTE)
    await gazette.feed()
    tag = (await gazette.ask("feed.json")).headers["ETag"]
    assert (await gazette.ask("feed.json", If_None_Match=tag)).status == 304
    assert await copies(gazette) == [before]


async def test_a_retraction_goes_at_once_past_every_schedule_and_is_acknowledged_by_a_fetch(
    open_desk: OpenDesk,
) -> None:
    gazette = await with_options(open_desk, 'schedule = "0 18 * * *"')
    await gazette.desk.put()
    assert await gazette.titles() == []
    gazette.desk.clock.advance(timedelta(hours=6))
    assert len(await gazette.titles()) == 1
    await gazette.desk.retract(public_note="It was wrong.")
    assert await gazette.titles() == []
    [copy] = await copies(gazette)
    assert (copy.holding, copy.evidence) == (Holding.WITHDRAWN, Evidence.FETCHED)
    assert (await gazette.feed())["_syndicate"]["deleted"][0]["note"] == "It was wrong."


async def test_a_retraction_that_rss_cannot_say_is_not_taken_for_acknowledged(gazette: Gazette) -> None:
    await gazette.desk.put()
    await gazette.ask("feed.rss")
    await gazette.desk.retract()
    assert "<item>" not in await (await gazette.ask("feed.rss")).text()
    [copy] = await copies(gazette)
    assert copy.holding is Holding.HELD


async def test_a_retraction_of_what_was_never_fetched_needs_no_acknowledgement(gazette: Gazette) -> None:
    await gazette.desk.put()
    await gazette.ask("feed.json", method="HEAD")
    await gazette.desk.retract()
    await gazette.feed()
    [copy] = await copies(gazette)
    assert copy.holding is Holding.NONE


async def test_nothing_comes_before_release_and_the_partners_delay(open_desk: OpenDesk) -> None:
    gazette = await with_options(open_desk, 'delay = "1h"')
    await gazette.desk.put()
    gazette.desk.clock.advance(timedelta(minutes=59))
    assert await gazette.titles() == []
    assert await gazette.changes() == []
    gazette.desk.clock.advance(MINUTE)
    assert len(await gazette.titles()) == 1


async def test_a_change_waits_for_the_schedule_while_the_story_stands_as_it_was_offered(open_desk: OpenDesk) -> None:
    gazette = await with_options(open_desk, 'schedule = "0 * * * *"\ntimezone = "UTC"')
    await gazette.desk.put(title="First")
    gazette.desk.clock.advance(timedelta(hours=1))
    assert await gazette.titles() == ["First"]
    gazette.desk.clock.advance(MINUTE)
    await gazette.desk.put(title="Second")
    assert await gazette.titles() == ["First"]
    # Made only now, from what the store says.
    made_now = await (await gazette.ask("feed.rss")).text()
    assert "First" in made_now
    assert "Second" not in made_now
    gazette.desk.clock.advance(timedelta(minutes=59))
    assert await gazette.titles() == ["Second"]


async def test_a_correction_does_not_wait_for_the_schedule(open_desk: OpenDesk) -> None:
    gazette = await with_options(open_desk, 'schedule = "0 * * * *"\ntimezone = "UTC"')
    await gazette.desk.put(title="First")
    gazette.desk.clock.advance(timedelta(hours=1))
    await gazette.titles()
    gazette.desk.clock.advance(MINUTE)
    await gazette.desk.put(title="Corrected", correction="The first title was wrong.")
    assert await gazette.titles() == ["Corrected"]


RIGHTS = '[rights.ap]\ncredits = ["AP"]\n'
PICTURES = [
    {"url": "https://images.harbour.example/ours.jpg", "credit": "Sam Lund"},
    {"url": "https://images.harbour.example/theirs.jpg", "credit": "AP"},
]


@pytest.mark.parametrize(("options", "theirs"), [("", False), ('licences = ["ap"]', True)])
async def test_a_picture_goes_only_to_a_partner_with_its_licence(
    open_desk: OpenDesk, options: str, theirs: bool
) -> None:
    gazette = await with_options(open_desk, options, RIGHTS)
    await gazette.desk.put(images=PICTURES)
    [change] = await gazette.changes()
    texts = [await (await gazette.ask(f"feed.{name}")).text() for name in ("rss", "atom", "json")]
    for text in (*texts, str(change)):
        assert "ours.jpg" in text
        assert ("theirs.jpg" in text) == theirs


async def test_a_profile_shapes_what_stands_in_the_feed(open_desk: OpenDesk) -> None:
    profile = '[partners.gazette.profile]\nimages = "lead"\ncontent = 1'
    gazette = await with_options(open_desk, profile)
    pictures = [{"url": f"https://images.harbour.example/{n}.jpg"} for n in range(2)]
    await gazette.desk.put(images=pictures, body_html="<p>One.</p><p>Two.</p>")
    text = await (await gazette.ask("feed.atom")).text()
    assert "0.jpg" in text
    assert "1.jpg" not in text
    assert "One." in text
    assert "Two." not in text


async def test_a_story_for_partners_is_there_and_an_embargoed_one_is_not(gazette: Gazette) -> None:
    await gazette.desk.put(title="For partners", audience="partners")
    until = (gazette.desk.clock.now() + MINUTE).isoformat()
    await gazette.desk.put("tag:harbour.example,2026:later", title="Embargoed", embargo_until=until)
    assert await gazette.titles() == ["For partners"]
    gazette.desk.clock.advance(MINUTE)
    await keep_time(gazette.desk.service.office)
    assert sorted(await gazette.titles()) == ["Embargoed", "For partners"]


async def test_what_a_dialect_refuses_is_skipped_with_its_reason(open_desk: OpenDesk) -> None:
    gazette = await with_options(open_desk, '[partners.gazette.profile]\ndialect = "msn"')
    await gazette.desk.put(body_html="")
    assert await gazette.titles() == []
    [skipped] = await list_deliveries(
        gazette.desk.service.office, partner="gazette", state="skipped", before=None, limit=5
    )
    assert "body_html" in (skipped.reason or "")


async def test_a_story_withdrawn_by_hand_leaves_though_nobody_fetched_it(gazette: Gazette) -> None:
    await gazette.desk.put()
    await gazette.ask("feed.json", method="HEAD")
    await withdraw_one(gazette.desk.service.office, FERRY, "gazette", actor="desk")
    assert await gazette.titles() == []


async def test_a_story_no_longer_selected_leaves(gazette: Gazette) -> None:
    await gazette.desk.put()
    assert len(await gazette.titles()) == 1
    await gazette.desk.put(categories=["Sport"])
    assert await gazette.titles() == []
    [copy] = await copies(gazette)
    assert copy.holding is Holding.WITHDRAWN


async def test_nothing_of_a_retracted_or_erased_story_is_shown_even_where_its_retraction_waits(
    gazette: Gazette,
) -> None:
    await gazette.desk.put(title="Wrong about somebody")
    await gazette.feed()
    office = gazette.desk.service.office
    await pause_partner(office, "gazette", reason="holiday", actor="desk")
    await gazette.desk.retract()
    await erase(office, gazette.desk.service.pictures, FERRY, case="case 7")
    await resume_partner(office, "gazette", actor="desk")
    for path in ("feed.rss", "feed.atom", "feed.json", "changes"):
        assert "Wrong about somebody" not in await (await gazette.ask(path)).text()
    [copy] = await copies(gazette)
    assert copy.holding is Holding.WITHDRAWN


@pytest.mark.parametrize("document", ["feed.json", "feed/archive/1.atom"])
async def test_nor_from_an_edition_made_before_the_retraction(gazette: Gazette, document: str) -> None:
    for number in range(51):
        await gazette.desk.put(f"tag:harbour.example,2026:{number}", title=f"Story {number}.")
    before = await (await gazette.ask(document)).text()
    gone = next(number for number in range(51) if f"Story {number}." in before)
    await gazette.desk.retract(f"tag:harbour.example,2026:{gone}")
    # Nothing was offered since: its retraction waits.
    after = await gazette.desk.client.get(f"/partners/gazette/{document}", headers=bearer(TOKEN))
    assert after.status == 200
    assert f"Story {gone}." not in await after.text()


async def test_a_halt_keeps_news_back_and_lets_retractions_go(gazette: Gazette) -> None:
    await gazette.desk.put()
    await gazette.feed()
    await halt(gazette.desk.service.office, actor="desk")
    await gazette.desk.put("tag:harbour.example,2026:more", title="More")
    await gazette.desk.retract()
    assert await gazette.titles() == []


async def test_a_paused_partner_gets_nothing_and_then_everything(gazette: Gazette) -> None:
    office = gazette.desk.service.office
    await gazette.desk.put()
    await pause_partner(office, "gazette", reason="holiday", actor="desk")
    for path in ("feed.rss", "changes", ""):
        answer = await gazette.ask(path)
        assert answer.status == 403
        assert (await answer.json())["code"] == "partner_paused"
    await resume_partner(office, "gazette", actor="desk")
    assert len(await gazette.titles()) == 1


@pytest.mark.parametrize(
    "kept_back", [partial(halt, actor="desk"), partial(pause_partner, name="gazette", reason="audit", actor="desk")]
)
async def test_while_nothing_may_go_to_it_nothing_is_written(
    gazette: Gazette, kept_back: Callable[[Office], Awaitable[None]]
) -> None:
    office = gazette.desk.service.office
    await gazette.desk.put()
    await kept_back(office)
    before = await office.store.read(journal.last_seq)
    for _ in range(3):
        await offer_due(office)
    assert await office.store.read(journal.last_seq) == before


async def test_a_change_is_fetched_as_a_delta_and_noted(gazette: Gazette) -> None:
    await gazette.desk.put(title="One")
    tag = (await gazette.ask("feed.atom")).headers["ETag"]
    gazette.desk.clock.advance(MINUTE)
    await gazette.desk.put(title="Two")
    answer = await gazette.ask("feed.atom", A_IM="feed", If_None_Match=tag)
    assert answer.status == 226
    assert answer.headers["Cache-Control"].startswith("private")
    assert "Authorization" in answer.headers["Vary"]
    [copy] = await copies(gazette)
    assert copy.revision == 2


async def test_its_feed_is_worded_and_linked_as_its_profile_asks(open_desk: OpenDesk) -> None:
    profile = '[partners.gazette.profile]\nattribution = "Zuerst: {source}"\nlink_query = "utm_source=gazette"\n'
    gazette = await with_options(open_desk, "", profile)
    await gazette.desk.put(body_html='<p>See <a href="https://other.example/">elsewhere</a></p>')
    shown = (await gazette.feed())["items"][0]
    story = shown["url"]
    assert "utm_source" not in story
    line = f'<p class="source">Zuerst: <a href="{story}?utm_source=gazette">Harbour Daily</a></p>'
    assert shown["content_html"].endswith(line)
    assert 'href="https://other.example/"' in shown["content_html"]
    assert "Zuerst" not in await (await gazette.desk.client.get("/feeds/latest.json")).text()
