"""An AtomPub server, held to what every connector promises."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from syndicate.connectors.suite.contract import ConnectorContract
from syndicate.connectors.suite.site import Site
from tests.connectors.atom_server import AtomServer


class TestAtomPub(ConnectorContract):
    @pytest.fixture
    async def site(self) -> AsyncIterator[Site]:
        server = AtomServer()
        async with server.running():
            yield server
