"""An Apple News channel, held to what every connector promises."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from syndicate.connectors.suite.contract import ConnectorContract
from syndicate.connectors.suite.site import Site
from tests.connectors.apple import Channel


class TestAppleNews(ConnectorContract):
    @pytest.fixture
    async def site(self) -> AsyncIterator[Site]:
        channel = Channel()
        async with channel.running():
            yield channel
