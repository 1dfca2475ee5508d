"""An object store, held to what every connector promises."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from syndicate.connectors.suite.contract import ConnectorContract
from syndicate.connectors.suite.site import Site
from tests.connectors.s3_server import an_s3_site


class TestS3(ConnectorContract):
    @pytest.fixture
    async def site(self) -> AsyncIterator[Site]:
        async with an_s3_site() as site:
            yield site
