"""The contract gate at work: an article stays out of one feed, with its reason, and enters when it passes."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from syndicate.actions.accept import Result
from syndicate.actions.adopt import adopt
from syndicate.actions.release import keep_time
from syndicate.actions.retract import retract
from syndicate.app.service import Service
from syndicate.clock import FixedClock
from syndicate.policy.gates.table import GATES
from syndicate.store import findings, memberships
from syndicate.store.findings import Judged
from tests.builders import NOON, an_image
from tests.papers import a_paper, put
from tests.store.mailroom import FERRY
from tests.store.newsdesk import declared, document, members

LATEST = 'title = "Latest"\ndescription = "Everything"\n'
FEEDS = {"latest": LATEST, "msn": LATEST + 'dialect = "msn"\n'}
STANDARD = {"latest": LATEST, "msn": LATEST}
LONG = "<p>" + "The ferry left at nine and came at ten. " * 10 + "</p>"
TAKEN: dict[str, Any] = {
    "title": "The new ferry sails on time",
    "body_html": "<p>It left at nine.</p>",
    "language": "en",
}


async def judged(paper: Service, feed: str = "msn") -> tuple[Judged, ...]:
    return await paper.store.read(findings.listing, feed, after=0, limit=10)


async def codes(paper: Service) -> list[str]:
    return [each.code for found in await judged(paper) for each in found.findings]


async def test_what_the_partner_refuses_is_left_out_of_its_feed_alone_with_the_reason(tmp_path: Path) -> None:
    async with a_paper(tmp_path, feeds=FEEDS) as paper:
        await put(paper, **TAKEN | {"title": "Ferry late"})
        assert await members(paper, "latest") == [FERRY]
        assert await members(paper, "msn") == []
        [found] = await judged(paper)
        assert (found.article_id, found.refused) == (FERRY, True)
        assert [each.code for each in found.findings] == ["title_length"]


async def test_a_member_that_passes_no_more_leaves_as_deselected_and_returns_when_mended(tmp_path: Path) -> None:
    clock = FixedClock(NOON)
    async with a_paper(tmp_path, feeds=FEEDS, clock=clock) as paper:
        await put(paper, **TAKEN)
        assert await members(paper, "msn") == [FERRY]
        clock.advance(timedelta(minutes=1))
        await put(paper, **TAKEN | {"title": "Ferry late"})
        assert await members(paper, "msn") == []
        [gone] = await paper.store.read(memberships.left, "msn", limit=5)
        assert gone.cause == "deselected"
        clock.advance(timedelta(minutes=1))
        await put(paper, **TAKEN | {"title": "The ferry sails on time again"})
        assert await members(paper, "msn") == [FERRY]
        assert await judged(paper) == ()


async def test_a_repair_is_recorded_and_keeps_nobody_out(tmp_path: Path) -> None:
    async with a_paper(tmp_path, feeds=FEEDS) as paper:
        await put(paper, **TAKEN | {"body_html": "<p>It left <q>at nine</q>.</p>"})
        assert await members(paper, "msn") == [FERRY]
        [found] = await judged(paper)
        assert not found.refused
        assert [each.path for each in found.findings] == ["body_html.q"]


async def test_what_was_found_goes_with_a_retraction(tmp_path: Path) -> None:
    async with a_paper(tmp_path, feeds=FEEDS) as paper:
        await put(paper, **TAKEN | {"title": "Ferry late"})
        await retract(paper.office, FERRY, reason="wrong", public_note=None, actor="test")
        assert await judged(paper) == ()


async def test_a_changed_dialect_evaluates_the_feed_anew(tmp_path: Path) -> None:
    async with a_paper(tmp_path, feeds=STANDARD) as paper:
        await put(paper, **TAKEN | {"title": "Ferry late"})
        assert await members(paper, "msn") == [FERRY]
        await adopt(paper.office, declared(paper, feeds=FEEDS).declarations)
        assert await members(paper, "msn") == []
        assert await codes(paper) == ["title_length"]
        await adopt(paper.office, declared(paper, feeds=STANDARD).declarations)
        assert await members(paper, "msn") == [FERRY]
        assert await judged(paper) == ()


async def test_a_changed_language_of_the_feed_evaluates_it_anew(tmp_path: Path) -> None:
    async with a_paper(tmp_path, feeds=FEEDS) as paper:
        await put(paper, **TAKEN)
        french = FEEDS | {"msn": FEEDS["msn"] + 'language = "fr"\n'}
        await adopt(paper.office, declared(paper, feeds=french).declarations)
        assert await members(paper, "msn") == []
        assert await codes(paper) == ["language_differs"]


async def test_what_was_found_for_a_feed_goes_with_the_feed(tmp_path: Path) -> None:
    async with a_paper(tmp_path, feeds=FEEDS) as paper:
        await put(paper, **TAKEN | {"title": "Ferry late"})
        await adopt(paper.office, declared(paper, feeds={"latest": LATEST}).declarations)
        assert await judged(paper) == ()


async def test_an_article_leaves_when_it_grows_too_old_for_the_partner(tmp_path: Path) -> None:
    clock = FixedClock(NOON)
    async with a_paper(tmp_path, feeds=FEEDS, clock=clock) as paper:
        await put(paper, **TAKEN)
        clock.advance(timedelta(days=365) - timedelta(seconds=1))
        await keep_time(paper.office)
        assert await members(paper, "msn") == [FERRY]
        clock.advance(timedelta(seconds=1))
        await keep_time(paper.office)
        assert await members(paper, "msn") == []
        assert await members(paper, "latest") == [FERRY]


async def test_the_date_msn_reads_updates_from_moves_with_a_revision_and_with_nothing_else(tmp_path: Path) -> None:
    clock = FixedClock(NOON)
    async with a_paper(tmp_path, feeds=FEEDS, clock=clock) as paper:
        await put(paper, **TAKEN)
        first = await modified(paper)
        clock.advance(timedelta(minutes=5))
        again = await put(paper, **TAKEN)
        assert again.result is Result.UNCHANGED
        assert await modified(paper) == first
        # Another story moves the feed, and none of its other dates.
        await put(paper, **TAKEN | {"id": "tag:harbour.example,2026:tide", "language": "fr"})
        assert await modified(paper) == first
        await put(paper, **TAKEN | {"body_html": "<p>It left at ten.</p>"})
        assert await modified(paper) > first


async def modified(paper: Service) -> str:
    [found] = re.findall(r"<dcterms:modified>(.*?)<", await document(paper, "msn"))
    return str(found)


@pytest.mark.parametrize("dialect", GATES)
async def test_no_dialect_shows_a_time_or_a_story_that_lies_ahead(tmp_path: Path, dialect: str) -> None:
    clock = FixedClock(NOON)
    ready = TAKEN | {"body_html": LONG, "images": [an_image().model_dump(mode="json", exclude_none=True)]}
    async with a_paper(tmp_path, feeds={"latest": LATEST + f'dialect = "{dialect}"\n'}, clock=clock) as paper:
        await put(paper, **ready | {"updated_at": (NOON + timedelta(minutes=9)).isoformat()})
        ahead = {"id": "tag:harbour.example,2026:tide", "embargo_until": (NOON + timedelta(hours=1)).isoformat()}
        await put(paper, **ready | ahead)
        assert await members(paper, "latest") == [FERRY]
        for name in ("rss", "atom", "json"):
            edition = await paper.editions.get("latest", name)
            shown = edition.bodies["identity"].decode()
            assert max(re.findall(r"2026-03-04T\d\d:\d\d:\d\d", shown)) == "2026-03-04T12:00:00"
            assert "12:09" not in shown
            assert "2026:tide" not in shown
        before = (await paper.editions.get("latest", "rss")).etags["identity"]
        clock.advance(timedelta(hours=1))
        await keep_time(paper.office)
        after = await paper.editions.get("latest", "rss")
        assert "2026:tide" in after.bodies["identity"].decode()
        assert after.etags["identity"] != before


async def test_a_withdrawn_article_is_shown_to_msn_as_one_that_has_ended(tmp_path: Path) -> None:
    clock = FixedClock(NOON)
    async with a_paper(tmp_path, feeds=FEEDS, clock=clock) as paper:
        await put(paper, **TAKEN)
        clock.advance(timedelta(minutes=5))
        await retract(paper.office, FERRY, reason="wrong", public_note="It sailed late.", actor="test")
        shown = await document(paper, "msn")
        assert "end=2026-03-04T12:05:00Z" in shown
        assert "<dcterms:modified>2026-03-04T12:05:00Z" in shown
        assert "The new ferry" not in shown
        assert FERRY in shown
