"""Clients for tests: loopback is opened to them where a test does not say otherwise."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from syndicate.net.client import Client
from syndicate.net.exchange import Timeouts
from syndicate.net.guard import Guard
from syndicate.policy.addresses import parse_network

LOOPBACK = (parse_network("127.0.0.0/8"), parse_network("::1/128"))
QUICK = Timeouts(total=timedelta(seconds=0.6), connect=timedelta(seconds=0.4), read=timedelta(seconds=0.4))


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    """A client that may call loopback, and that waits half a second where the real one waits twenty."""
    guard = Guard(allow_private=LOOPBACK, base_url="http://127.0.0.1:9")
    async with Client(guard, base_url="http://127.0.0.1:9", timeouts=QUICK) as client:
        yield client
