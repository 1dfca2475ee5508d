"""The pages of both papers in a real browser: on a phone and a desk, in light and dark, on paper, by keyboard."""

from __future__ import annotations

from itertools import pairwise, product
from urllib.parse import urlsplit

import pytest

from tests.browser import in_page
from tests.browser.page import Page
from tests.browser.papers import PAGES, PAPERS, republished
from tests.journeys.demo import Demo

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

EVERY_PAGE = list(product(PAPERS, PAGES))


@pytest.fixture(scope="session")
def slug(demo: Demo) -> str:
    return republished(demo)


@pytest.fixture(params=EVERY_PAGE, ids=[" ".join(each).replace(" ", "-") for each in EVERY_PAGE])
def address(request: pytest.FixtureRequest, demo: Demo, slug: str) -> str:
    """Return the address of each page of each paper, in turn."""
    paper, page = request.param
    root = demo.first if paper == "publisher" else demo.second
    return f"{root}{PAGES[page].format(slug=slug)}"


async def test_no_page_scrolls_sideways_on_a_phone_or_a_desk(page: Page, address: str) -> None:
    await page.open(address)
    for width in (360, 1280):
        await page.resize(width)
        assert await page.ask("innerWidth") == width
        assert await page.ask(in_page.OVERFLOW) == 0


async def test_every_page_is_built_for_those_who_hear_it(page: Page, address: str) -> None:
    await page.open(address)
    assert await page.ask(in_page.PICTURES_WITHOUT_TEXT) == []
    levels = await page.ask(in_page.HEADINGS)
    assert levels.count(1) == 1 == levels[0]
    assert all(below <= above + 1 for above, below in pairwise(levels)), levels
    assert await page.ask(in_page.LANDMARKS) == {"banner": 1, "navigation": 1, "main": 1, "contentinfo": 1}


async def test_the_first_key_leads_past_the_navigation(page: Page, address: str) -> None:
    await page.open(address)
    await page.type_key("Tab")
    assert await page.ask("document.activeElement.textContent") == "Skip to content"
    assert await page.ask("document.activeElement.getBoundingClientRect().left >= 0"), "nobody sees it"
    await page.type_key("Enter")
    await page.until("document.activeElement.id === 'content'")


async def test_every_page_loads_whole_without_a_complaint_and_from_here_alone(page: Page, address: str) -> None:
    await page.open(address)
    await page.until(in_page.ALL_PICTURES_LOADED)
    assert page.errors == []
    assert {urlsplit(url).hostname for url in page.requests} == {"127.0.0.1"}


async def test_every_text_stands_out_from_its_ground(page: Page, address: str) -> None:
    await page.open(address)
    for scheme in ("light", "dark"):
        await page.show_as(scheme=scheme)
        assert await page.ask("matchMedia('(prefers-color-scheme: dark)').matches") == (scheme == "dark")
        assert await page.ask(in_page.PALE_TEXTS) == []


async def test_on_paper_a_page_is_black_on_white_and_has_no_navigation(page: Page, address: str) -> None:
    await page.open(address)
    for scheme in ("light", "dark"):
        await page.show_as(media="print", scheme=scheme)
        assert await page.ask(in_page.HIDDEN.format(selector="nav, .skip"))
        assert not await page.ask(in_page.HIDDEN.format(selector="h1, main"))
        assert await page.ask("getComputedStyle(document.documentElement).backgroundColor") == "rgb(255, 255, 255)"
        assert await page.ask(in_page.PALE_TEXTS) == []


async def test_the_page_of_a_feed_offers_three_addresses_that_work(page: Page, demo: Demo) -> None:
    await page.open(f"{demo.first}/feeds/latest")
    offered = await page.ask("[...document.querySelectorAll('.address a')].map(link => link.href)")
    assert offered == [f"{demo.first}/feeds/latest.{kind}" for kind in ("rss", "atom", "json")]
    assert await page.ask("[...document.querySelectorAll('.address code')].map(code => code.innerText)") == offered
    statuses = [demo.get(url)[0] for url in offered]
    assert statuses == [200, 200, 200]
