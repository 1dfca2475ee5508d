"""Audits: what a partner's pages show of our copies, and what that changes of what we know."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from syndicate.actions.audit import Looker, audit
from syndicate.actions.read import find
from syndicate.actions.retract import retract
from syndicate.actions.takedown import list_takedown
from syndicate.app.service import Service
from syndicate.clock import FixedClock
from syndicate.connectors.contract import Accepted
from syndicate.errors import PartnerNotFoundError
from syndicate.model.article import Article
from syndicate.model.copy_page import Audit, Page, Shows
from syndicate.model.delivery import Evidence, Holding
from syndicate.policy.audit import Expected, Telling, judge_page
from syndicate.policy.words import spaced_words
from tests.papers import put
from tests.store.conftest import OpenPaper
from tests.store.gazette import STORY, Gazette, a_gazette, a_page
from tests.store.mailroom import FERRY, PARTNER, answer, claim_all
from tests.store.newsdesk import the_copy

OLD = "<p>It's the first crossing of the new ferry.</p><p>The ferry left at nine in the morning.</p>"
NEW = "<p>It's the first crossing of the new ferry.</p><p>The ferry left at ten in the morning.</p>"


@pytest.fixture
async def gazette() -> AsyncIterator[Gazette]:
    async with a_gazette() as site:
        yield site


@pytest.fixture
async def paper(open_paper: OpenPaper) -> Service:
    return await open_paper(PARTNER)


async def take(paper: Service, gazette: Gazette | None) -> None:
    """Let the partner take what is due, and say where it stands."""
    url = None if gazette is None else f"{gazette.base}/ferry"
    await answer(paper.office, await claim_all(paper.office), Accepted(url=url))


async def article(paper: Service) -> Article:
    stored = await find(paper.office, FERRY)
    assert stored.article is not None
    return stored.article


async def seen(paper: Service) -> Audit:
    looker = Looker(paper.client, paper.sandbox)
    [one] = await audit(paper.office, looker, "gazette", limit=10)
    return one.audit


async def gone(paper: Service) -> None:
    await retract(paper.office, FERRY, reason="wrong", public_note=None, actor="test")


async def test_a_faithful_copy_is_verified(paper: Service, gazette: Gazette, clock: FixedClock) -> None:
    await put(paper, body_html=OLD)
    await take(paper, gazette)
    gazette.pages["/ferry"] = a_page(await article(paper))
    assert await seen(paper) == Audit(Shows.NEWEST, 1, 1, source_line=True, canonical=True)
    copy = await the_copy(paper)
    assert (copy.holding, copy.revision, copy.evidence) == (Holding.HELD, 1, Evidence.VERIFIED)
    assert (copy.audited_at, (copy.audit or {})["shows"]) == (clock.now(), "newest")
    assert "+http://127.0.0.1:8080" in gazette.agents[-1]


async def test_looking_at_a_copy_does_not_make_it_younger(paper: Service, gazette: Gazette, clock: FixedClock) -> None:
    await put(paper, body_html=OLD)
    await take(paper, gazette)
    gazette.pages["/ferry"] = a_page(await article(paper))
    taken_at = clock.now()
    clock.advance(timedelta(days=40))
    await seen(paper)
    assert (await the_copy(paper)).changed_at == taken_at


@pytest.mark.parametrize(
    ("marks", "problem"),
    [
        ({"source": ""}, "no source line"),
        ({"source": "<p>Posted on: Harbour Daily</p>"}, "no source line"),
        ({"source": f'<p><a href="{STORY}">Read more</a></p>'}, "no source line"),
        ({"source": '<p>Posted on: <a href="http://127.0.0.1:8080/">Harbour Daily</a></p>'}, "no source line"),
        ({"canonical": ""}, "no canonical link"),
        ({"canonical": '<link rel="canonical" href="/ferry">'}, "canonical link leads to http"),
        ({"canonical": f'<link rel=canonical href="{STORY}"><link rel=canonical href="/ferry">'}, "leads to"),
    ],
)
async def test_what_a_copy_lacks_is_named(
    paper: Service, gazette: Gazette, marks: dict[str, str], problem: str
) -> None:
    await put(paper, body_html=OLD)
    await take(paper, gazette)
    gazette.pages["/ferry"] = a_page(await article(paper), **marks)
    found = await seen(paper)
    assert found.shows is Shows.NEWEST
    assert [problem in each for each in found.problems] == [True]


async def test_a_source_line_may_lead_to_the_story_with_a_query(paper: Service, gazette: Gazette) -> None:
    await put(paper, body_html=OLD)
    await take(paper, gazette)
    line = f'<footer>Posted on: Harbour <b>Daily</b>. <a href="{STORY}/?utm_source=gazette#top">The story</a></footer>'
    gazette.pages["/ferry"] = a_page(await article(paper), source=line)
    assert (await seen(paper)).problems == ()


@pytest.mark.parametrize(
    "change",
    [
        {"title": "New ferry sails late", "body_html": OLD},
        {"title": "New ferry sails", "body_html": OLD},
        {"body_html": NEW},
        {"body_html": OLD + "<p>It came back at noon sharp.</p>"},
        {"body_html": OLD.removesuffix("<p>The ferry left at nine in the morning.</p>")},
        {"body_html": OLD.replace(" in the morning", "")},
        {"body_html": OLD, "correction": "The ferry is not new."},
    ],
)
async def test_an_older_revision_is_told_from_the_newest(
    paper: Service, gazette: Gazette, change: dict[str, Any]
) -> None:
    await put(paper, body_html=OLD)
    await take(paper, gazette)
    before = await article(paper)
    await put(paper, **change)
    await take(paper, gazette)
    gazette.pages["/ferry"] = a_page(before)
    found = await seen(paper)
    assert (found.shows, found.revision, found.problems) == (Shows.OLDER, 1, ("it shows revision 1 of 2",))
    assert (await the_copy(paper)).revision == 1
    gazette.pages["/ferry"] = a_page(await article(paper))
    assert (await seen(paper)).shows is Shows.NEWEST
    assert (await the_copy(paper)).revision == 2


async def test_an_older_revision_is_no_fault_while_the_newest_is_on_its_way(paper: Service, gazette: Gazette) -> None:
    await put(paper, body_html=OLD)
    await take(paper, gazette)
    gazette.pages["/ferry"] = a_page(await article(paper))
    await put(paper, body_html=NEW)
    assert (await seen(paper)).problems == ()


async def test_a_profile_that_asks_for_one_paragraph_is_judged_by_that(open_paper: OpenPaper, gazette: Gazette) -> None:
    paper = await open_paper(PARTNER + "[partners.gazette.profile]\ncontent = 1\n")
    await put(paper, body_html=OLD)
    await take(paper, gazette)
    short = (await article(paper)).model_copy(update={"title": "Ferry", "body_html": OLD.partition("<p>The ferry")[0]})
    gazette.pages["/ferry"] = a_page(short)
    assert (await seen(paper)).shows is Shows.NEWEST


async def test_another_page_at_the_address_is_said(paper: Service, gazette: Gazette) -> None:
    await put(paper, body_html=OLD)
    await take(paper, gazette)
    gazette.pages["/ferry"] = "<title>Ferry tickets</title><p>The ferry left at nine.</p>"
    assert await seen(paper) == Audit(Shows.UNKNOWN, newest=1, problems=("the page shows no revision of the story",))
    assert (await the_copy(paper)).evidence is Evidence.ACKNOWLEDGED


async def test_a_missing_copy_is_reported_and_counts_as_held_still(paper: Service, gazette: Gazette) -> None:
    await put(paper, body_html=OLD)
    await take(paper, gazette)
    found = await seen(paper)
    assert (found.shows, found.problems) == (Shows.MISSING, ("the copy is not there: the server answers 404",))
    gazette.redirects["/ferry"] = "/"
    assert (await seen(paper)).problems == ("the copy is not there: its address leads to the front page",)
    assert (await the_copy(paper)).holding is Holding.HELD


@pytest.mark.parametrize("status", [403, 500, 503])
async def test_a_site_that_does_not_answer_proves_nothing(paper: Service, gazette: Gazette, status: int) -> None:
    await put(paper, body_html=OLD)
    await take(paper, gazette)
    await gone(paper)
    await take(paper, None)
    gazette.statuses["/ferry"] = status
    found = await seen(paper)
    assert (found.shows, len(found.problems)) == (Shows.UNREACHABLE, 1)
    assert (await the_copy(paper)).evidence is Evidence.ACKNOWLEDGED


async def test_a_retracted_story_that_is_still_up_shows_in_its_takedown(paper: Service, gazette: Gazette) -> None:
    await put(paper, body_html=OLD)
    await take(paper, gazette)
    gazette.pages["/ferry"] = a_page(await article(paper))
    await gone(paper)
    await take(paper, None)
    assert [each.gone for each in await list_takedown(paper.office, FERRY)] == [True]
    found = await seen(paper)
    assert (found.shows, found.problems) == (Shows.STILL_UP, ("revision 1 is still up",))
    assert [each.gone for each in await list_takedown(paper.office, FERRY)] == [False]
    copy = await the_copy(paper)
    assert (copy.holding, copy.evidence) == (Holding.HELD, Evidence.VERIFIED)


@pytest.mark.parametrize("how", ["404", "410", "front page", "another text"])
async def test_a_retracted_story_that_was_seen_gone_is_verified(paper: Service, gazette: Gazette, how: str) -> None:
    await put(paper, body_html=OLD)
    await take(paper, gazette)
    gazette.pages["/ferry"] = a_page(await article(paper))
    await seen(paper)
    await gone(paper)
    match how:
        case "404" | "410":
            gazette.statuses["/ferry"] = int(how)
        case "front page":
            gazette.redirects["/ferry"] = "/"
        case _:
            gazette.pages["/ferry"] = "<title>Gazette</title><p>This page was removed.</p>"
    for _ in "ab":
        assert await seen(paper) == Audit(Shows.GONE, newest=2)
    copy = await the_copy(paper)
    assert (copy.holding, copy.evidence) == (Holding.WITHDRAWN, Evidence.VERIFIED)


@pytest.mark.parametrize("what", ["a page made by scripts", "a login", "a login, later"])
async def test_a_page_that_shows_nothing_proves_nothing_where_the_story_was_not_seen_before(
    paper: Service, gazette: Gazette, what: str
) -> None:
    await put(paper, body_html=OLD)
    await take(paper, gazette)
    gazette.pages["/ferry"] = a_page(await article(paper)) if what == "a login, later" else "<script src=a.js></script>"
    await seen(paper)
    await gone(paper)
    if "login" in what:
        gazette.redirects["/ferry"] = "/login?to=ferry"
        gazette.pages["/login?to=ferry"] = gazette.pages["/login"] = "<title>Log in</title>"
    found = await seen(paper)
    assert (found.shows, len(found.problems)) == (Shows.UNKNOWN, 1)
    copy = await the_copy(paper)
    assert (copy.holding, copy.evidence is Evidence.VERIFIED) == (Holding.HELD, what == "a login, later")


async def test_a_page_that_bears_the_note_of_the_withdrawal_shows_that_it_is_gone(
    paper: Service, gazette: Gazette
) -> None:
    await put(paper, body_html=OLD)
    await take(paper, gazette)
    await retract(paper.office, FERRY, reason="wrong", public_note="There was no ferry.", actor="test")
    gazette.pages["/ferry"] = "<title>Gazette</title><p>There was no ferry!</p>"
    assert (await seen(paper)).shows is Shows.GONE


async def test_what_is_being_sent_meanwhile_counts_for_more_than_what_was_seen(
    paper: Service, gazette: Gazette
) -> None:
    await put(paper, body_html=OLD)
    await take(paper, gazette)
    gazette.pages["/ferry"] = a_page(await article(paper))
    await put(paper, body_html=NEW)
    [parcel] = await claim_all(paper.office)
    assert (await seen(paper)).revision == 1
    copy = await the_copy(paper)
    assert (copy.revision, copy.evidence, (copy.audit or {})["revision"]) == (2, Evidence.ACKNOWLEDGED, 1)
    await answer(paper.office, [parcel])
    assert (await the_copy(paper)).revision == 2


async def test_a_copy_without_an_address_is_said_and_no_fault(paper: Service) -> None:
    await put(paper, body_html=OLD)
    await take(paper, None)
    assert await seen(paper) == Audit(Shows.NO_ADDRESS)
    assert (await the_copy(paper)).audited_at is None


FEED = """<rss version="2.0"><channel><title>Gazette</title><link>{base}/</link>
<item><title>Another</title><link>{base}/other</link><guid>1</guid></item>
<item><title>Original</title><link>{story}</link><guid>2</guid></item>
<item><title>{title}</title><link>{base}/2026/ferry</link><guid>3</guid><description>{body}</description></item>
</channel></rss>"""


def with_feed(gazette: Gazette) -> str:
    select = "[partners.gazette.select]"
    return PARTNER.replace(select, f'audit_feed = "{gazette.base}/feed"\n{select}')


@pytest.mark.parametrize(
    ("title", "body"),
    [("New ferry sails on time", "x"), ("Another headline", f'&lt;a href="{STORY}?a=1"&gt;o&lt;/a&gt;')],
)
async def test_a_copy_whose_address_was_never_told_is_found_in_the_partners_feed(
    open_paper: OpenPaper, gazette: Gazette, title: str, body: str
) -> None:
    paper = await open_paper(with_feed(gazette))
    await put(paper, body_html=OLD)
    await take(paper, None)
    gazette.pages["/feed"] = FEED.format(base=gazette.base, story=STORY, title=title, body=body)
    gazette.pages["/2026/ferry"] = a_page(await article(paper))
    assert (await seen(paper)).shows is Shows.NEWEST
    assert (await the_copy(paper)).url == f"{gazette.base}/2026/ferry"


@pytest.mark.parametrize("feed", [None, "<html>no feed"])
async def test_a_feed_that_cannot_be_read_is_said(open_paper: OpenPaper, gazette: Gazette, feed: str | None) -> None:
    paper = await open_paper(with_feed(gazette))
    if feed is not None:
        gazette.pages["/feed"] = feed
    await put(paper, body_html=OLD)
    await take(paper, None)
    found = await seen(paper)
    assert (found.shows, len(found.problems)) == (Shows.NO_ADDRESS, 1)
    assert "audit_feed cannot be read" in found.problems[0]


async def test_an_unknown_partner_cannot_be_audited(paper: Service) -> None:
    with pytest.raises(PartnerNotFoundError):
        await audit(paper.office, Looker(paper.client, paper.sandbox), "nobody", limit=1)


@pytest.mark.parametrize("data", ["", "\0\1", "<" * 10_000, "<div>" * 20_000, "<base href='http://['><a href='//['>"])
async def test_whatever_a_page_holds_the_audit_ends(paper: Service, gazette: Gazette, data: str) -> None:
    await put(paper, body_html=OLD)
    await take(paper, gazette)
    gazette.pages["/ferry"] = data
    assert (await seen(paper)).shows in (Shows.UNKNOWN, Shows.UNREACHABLE)


def test_a_long_page_is_searched_once_for_what_many_revisions_have_in_common() -> None:
    words = [" ".join(f"word{(number * 7 + place) % 997}" for place in range(60)) for number in range(100)]
    tellings = tuple(Telling(revision, " t ", tuple(spaced_words(each) for each in words)) for revision in range(200))
    url = "https://harbour.example/ferry"
    expected = Expected(tellings, 200, url, (url,), ("Harbour Daily",), withdrawn=False, settled=True)
    began = time.process_time()
    judge_page(Page(words=spaced_words("other words stand here " * 40_000)), expected)
    # Each for each it is twenty seconds.
    assert time.process_time() - began < 3
