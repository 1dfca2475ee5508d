"""An SFTP server, held to what every connector promises."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from syndicate.connectors.suite.contract import ConnectorContract
from syndicate.connectors.suite.site import Site
from tests.connectors.sftp_server import an_sftp_site


class TestSftp(ConnectorContract):
    @pytest.fixture
    async def site(self, tmp_path: Path) -> AsyncIterator[Site]:
        async with an_sftp_site(tmp_path) as site:
            yield site
