"""A WordPress site, held to what every connector promises."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from syndicate.connectors.suite.contract import ConnectorContract
from syndicate.connectors.suite.site import Site
from tests.connectors.partners import partner
from tests.connectors.wordpress_site import AUTHOR, WordPressSite


class TestWordPress(ConnectorContract):
    @pytest.fixture
    async def site(self) -> AsyncIterator[Site]:
        site = WordPressSite()
        async with partner(site.behave) as site.server:
            yield site


class TestWordPressOfAnAuthor(ConnectorContract):
    """With a limited account, at a site without pretty addresses that does not say where its API is."""

    @pytest.fixture
    async def site(self) -> AsyncIterator[Site]:
        site = WordPressSite(capabilities=AUTHOR, pretty=False, linked=False)
        async with partner(site.behave) as site.server:
            yield site
