"""The demo's stage, as somebody uses it who came to see the whole thing once."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

import pytest

from tests.browser.page import Page
from tests.journeys.demo import Demo

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

ARRIVE_SECONDS = 20.0
CORRECTED = "This story has been corrected"
STATUS = "performance.getEntriesByType('navigation')[0].responseStatus"
SLUG = "document.querySelector('[data-live=controls]').dataset.slug"


async def frame_shows(page: Page, frame: str, *texts: str) -> None:
    """Wait until a person reads all of `texts` in a frame."""
    seen = ""
    try:
        async with asyncio.timeout(ARRIVE_SECONDS):
            while not all(text in seen for text in texts):
                await asyncio.sleep(0.1)
                seen = await page.read_frame(frame)
    except TimeoutError:
        raise AssertionError(f"{frame} shows no {texts}, but: {seen[:500]}") from None


async def publish(page: Page) -> str:
    """Publish a story on the stage and return its title."""
    before = await page.ask(SLUG)
    await page.press("#publish")
    await page.until(f"{SLUG} !== {before!r}")
    return str(await page.ask("document.getElementById('line-name').innerText"))


async def test_a_story_is_published_corrected_behind_a_plug_and_retracted(page: Page, demo: Demo) -> None:
    await page.resize(1280)
    await page.open(f"{demo.first}/demo")
    title = await publish(page)
    await frame_shows(page, "harbour", title)
    await frame_shows(page, "meridian", title, "Posted on: Harbour Daily")

    await page.press("#plug")
    await page.until("document.body.dataset.plugged === 'false'")
    assert await page.ask("getComputedStyle(document.querySelector('.dark')).display !== 'none'")
    await page.press("#correct")
    await frame_shows(page, "harbour", CORRECTED)
    assert CORRECTED not in await page.read_frame("meridian")

    await page.press("#plug")
    await page.until("document.body.dataset.plugged === 'true'")
    await frame_shows(page, "meridian", CORRECTED)

    slug = await page.ask(SLUG)
    await page.press("#retract")
    for frame in ("harbour", "meridian"):
        await frame_shows(page, frame, "Withdrawn:")
    for paper in (demo.first, demo.second):
        await page.open(f"{paper}/articles/{slug}")
        assert await page.ask(STATUS) == 410

    # That a page is gone, and that nobody answers behind a plug, is told as a failure to load.
    assert [error for error in page.errors if not error.startswith("Failed to load resource")] == []
    assert {urlsplit(url).hostname for url in page.requests} == {"127.0.0.1"}
