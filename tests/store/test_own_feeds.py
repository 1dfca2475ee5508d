"""The own feeds of partners that poll: what they would show, and what they showed."""

from __future__ import annotations

from datetime import timedelta

import feedparser
import pytest

from syndicate.actions.held import held_by
from syndicate.actions.offer import offer_due
from syndicate.actions.past import as_of
from syndicate.actions.preview import preview
from syndicate.actions.retract import retract
from syndicate.app.service import Service
from syndicate.clock import FixedClock
from syndicate.render.feeds import render
from tests.builders import NOON
from tests.papers import put
from tests.store.conftest import OpenPaper
from tests.store.mailroom import FERRY

MINUTE = timedelta(minutes=1)
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


async def test_a_polled_partner_s_feed_stands_as_it_was_offered_then(paper: Service, clock: FixedClock) -> None:
    await put(paper, title="Early")
    clock.advance(MINUTE)
    await offer_due(paper.office)
    edition = await paper.editions.get("partner:courier", "atom")
    clock.advance(MINUTE)
    await put(paper, title="Late")
    clock.advance(MINUTE)
    await offer_due(paper.office)
    await retract(paper.office, FERRY, reason="wrong", public_note=None, actor="desk")
    clock.advance(MINUTE)
    await offer_due(paper.office)
    then = [await as_of(paper.office, "partner:courier", NOON + minutes * MINUTE) for minutes in range(5)]
    assert [each.revisions for each in then] == [(), (1,), (1,), (2,), ()]
    assert [len(each.snapshot.content.tombstones) for each in then] == [0, 0, 0, 0, 1]
    assert render(then[1].snapshot.content, "atom") == edition.bodies["identity"]
    had = [await held_by(paper.office, "courier", NOON + minutes * MINUTE, limit=5) for minutes in (0, 1, 3, 4)]
    assert [[each.type for each in one] for one in had] == [
        [],
        ["article.published"],
        ["article.updated"],
        ["article.retracted"],
    ]
