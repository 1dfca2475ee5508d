"""A Mastodon account, held to what every connector promises."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from syndicate.connectors.suite.contract import ConnectorContract
from syndicate.connectors.suite.site import Site
from tests.connectors.fediverse import Instance


class TestMastodon(ConnectorContract):
    @pytest.fixture
    async def site(self) -> AsyncIterator[Site]:
        instance = Instance()
        async with instance.running():
            yield instance
