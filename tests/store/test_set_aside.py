"""An article that the clock cannot handle holds up no other, and is tried again later."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from syndicate.actions import read
from syndicate.actions.aside import TRY_AGAIN_AFTER, Aside
from syndicate.actions.release import keep_time
from syndicate.app.service import Service
from syndicate.clock import FixedClock
from syndicate.store import articles
from syndicate.store.tx import Tx
from tests.builders import NOON
from tests.papers import put
from tests.store.conftest import OpenPaper
from tests.store.newsdesk import members

HOUR = timedelta(hours=1)
IDS = [f"tag:harbour.example,2026:{number}" for number in range(5)]


@pytest.fixture
async def paper(open_paper: OpenPaper) -> Service:
    return await open_paper()


async def put_all(paper: Service, **record: str) -> None:
    for number, article_id in enumerate(IDS):
        await put(paper, id=article_id, title=f"Story {number}", **record)


async def spoil(paper: Service, article_id: str) -> str:
    """Make an article's record one that cannot be read; returns what it was."""
    stored = await read.find(paper.office, article_id)
    assert stored.article is not None
    await write_record(paper, stored.key, "{}")
    return articles.dump(stored.article)


async def write_record(paper: Service, key: int, record: str) -> None:
    def write(tx: Tx) -> None:
        articles.change(tx, key, record=record)

    await paper.store.write(write)


def blamed(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [getattr(record, "article", "") for record in caplog.records if record.message == "article.set_aside"]


@pytest.mark.parametrize("spoiled", [IDS[:1], IDS[2:4]])
async def test_the_others_are_released_and_the_log_names_who_was_not(
    paper: Service, clock: FixedClock, caplog: pytest.LogCaptureFixture, spoiled: list[str]
) -> None:
    await put_all(paper, embargo_until=(NOON + HOUR).isoformat())
    for article_id in spoiled:
        await spoil(paper, article_id)
    clock.advance(HOUR)
    await keep_time(paper.office)
    assert sorted(await members(paper, "latest")) == [each for each in IDS if each not in spoiled]
    assert blamed(caplog) == spoiled


async def test_the_others_expire(paper: Service, clock: FixedClock) -> None:
    await put_all(paper, expires_at=(NOON + HOUR).isoformat())
    record = await spoil(paper, IDS[0])
    clock.advance(HOUR)
    await keep_time(paper.office)
    await write_record(paper, 1, record)
    assert await members(paper, "latest") == IDS[:1]


async def test_it_is_tried_again_later_and_not_at_once(
    paper: Service, clock: FixedClock, caplog: pytest.LogCaptureFixture
) -> None:
    await put_all(paper, embargo_until=(NOON + HOUR).isoformat())
    record = await spoil(paper, IDS[0])
    clock.advance(HOUR)
    aside = Aside()
    assert await keep_time(paper.office, aside) == NOON + HOUR + TRY_AGAIN_AFTER
    clock.advance(TRY_AGAIN_AFTER / 2)
    await keep_time(paper.office, aside)
    assert blamed(caplog) == IDS[:1]
    clock.advance(TRY_AGAIN_AFTER / 2)
    await keep_time(paper.office, aside)
    assert blamed(caplog) == IDS[:1] * 2
    await write_record(paper, 1, record)
    clock.advance(TRY_AGAIN_AFTER)
    assert await keep_time(paper.office, aside) is None
    assert sorted(await members(paper, "latest")) == IDS


async def test_nobody_else_is_late_for_it(paper: Service, clock: FixedClock) -> None:
    await put(paper, id=IDS[0], embargo_until=(NOON + HOUR).isoformat())
    soon = NOON + HOUR + TRY_AGAIN_AFTER / 3
    await put(paper, id=IDS[1], embargo_until=soon.isoformat())
    await spoil(paper, IDS[0])
    clock.advance(HOUR)
    assert await keep_time(paper.office) == soon


async def test_a_clock_that_is_set_back_keeps_nobody_aside_for_longer(
    paper: Service, clock: FixedClock, caplog: pytest.LogCaptureFixture
) -> None:
    await put_all(paper, embargo_until=(NOON + HOUR).isoformat())
    await spoil(paper, IDS[0])
    aside = Aside()
    clock.advance(3 * HOUR)
    await keep_time(paper.office, aside)
    await keep_time(replace(paper.office, now=lambda: NOON + 2 * HOUR), aside)
    assert blamed(caplog) == IDS[:1] * 2
