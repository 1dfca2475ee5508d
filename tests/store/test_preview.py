"""Previews for partners that poll: the item as their own feed would show it."""

from __future__ import annotations

import feedparser
import pytest

from syndicate.actions.offer import offer_due
from syndicate.actions.preview import preview
from syndicate.actions.retract import retract
from syndicate.app.service import Service
from tests.papers import put
from tests.store.conftest import OpenPaper
from tests.store.mailroom import FERRY

POLLED = """
[partners.courier]
connector = "pull"
token = "env:PARTNER_SECRET"
[partners.courier.profile]
content = "summary"
"""


@pytest.fixture
async def paper(open_paper: OpenPaper) -> Service:
    return await open_paper(POLLED)


async def test_a_polled_partner_s_preview_is_the_item_in_its_own_feed(paper: Service) -> None:
    await put(paper, body_html="<p>The whole story.</p>", summary="In short.")
    shown = await preview(paper.office, paper.connections, "courier", FERRY)
    await offer_due(paper.office)
    [entry] = feedparser.parse(shown.preview.body).entries
    [real] = feedparser.parse((await paper.editions.get("partner:courier", "atom")).bodies["identity"]).entries
    assert entry == real
    assert shown.preview.url == "http://127.0.0.1:8080/partners/courier/feed.atom"
    assert "whole story" not in shown.preview.body.decode()


async def test_the_preview_of_a_withdrawal_is_its_tombstone(paper: Service) -> None:
    await put(paper)
    await offer_due(paper.office)
    await retract(paper.office, FERRY, reason="wrong", public_note="Sorry.", actor="desk")
    shown = await preview(paper.office, paper.connections, "courier", FERRY)
    assert b"deleted-entry" in shown.preview.body
    assert b"Sorry." in shown.preview.body
