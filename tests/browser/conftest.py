"""One Chromium and one running demo for all browser tests; a tab of its own for each."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from tests.browser.chromium import Browser, a_browser, chromium_program
from tests.browser.page import Page
from tests.journeys.demo import Demo, a_demo


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Browser]:
    """Start Chromium; without one these tests are skipped."""
    program = chromium_program()
    if program is None:
        pytest.skip("no Chromium on this machine (Debian: apt-get install chromium)")
    async with a_browser(program, tmp_path_factory.mktemp("profile")) as running:
        yield running


@pytest.fixture(scope="session")
def demo(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """Start `syndicate demo` on free ports, as `make run` does."""
    with a_demo(tmp_path_factory.mktemp("demo"), "--port", "0", "--second-port", "0") as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser) -> AsyncIterator[Page]:
    async with browser.page() as opened:
        yield opened
