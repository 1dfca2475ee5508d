"""Names that nothing here can have: who asks for them is told so, whatever the database takes."""

from __future__ import annotations

from typing import Any

import pytest
from yarl import URL

from syndicate.actions import tokens
from tests.papers import put
from tests.store.conftest import OpenPaper

ADDRESSES = [
    "/media/%00.jpg",
    "/articles/%00",
    "/feeds/%00.rss",
    "/api/v1/articles/%00",
    "/api/v1/articles?url=%00",
    "/api/v1/deliveries/%00",
    "/api/v1/deliveries?partner=%00",
    "/api/v1/copies?partner=%00",
    "/api/v1/copies?article=%00",
]


@pytest.mark.parametrize("address", ADDRESSES)
async def test_no_name_holds_a_nul(open_paper: OpenPaper, aiohttp_client: Any, address: str) -> None:
    paper = await open_paper()
    await put(paper)
    token = await tokens.create(paper.office, "desk", frozenset({"operate"}))
    client = await aiohttp_client(paper.web_app())
    answer = await client.get(URL(address, encoded=True), headers={"Authorization": f"Bearer {token}"})
    assert answer.status == 404
