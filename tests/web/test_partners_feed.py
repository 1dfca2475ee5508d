"""The own feed of a partner that polls: what stands in it, and since when."""

from __future__ import annotations

from datetime import timedelta

import pytest

from syndicate.actions.erase import erase
from syndicate.actions.listings import list_copies, list_deliveries
from syndicate.actions.operate import halt, pause_partner, resume_partner
from syndicate.actions.release import keep_time
from syndicate.actions.single import withdraw_one
from syndicate.model.delivery import Copy, Evidence, Holding
from tests.web.conftest import OpenDesk
from tests.web.desk import FERRY
from tests.web.polling import TOKENS, Gazette, pull

MINUTE = timedelta(minutes=1)


@pytest.fixture
async def gazette(open_desk: OpenDesk) -> Gazette:
    return Gazette(await open_desk(pull(), environ=TOKENS))


async def with_options(open_desk: OpenDesk, more: str, extra: str = "") -> Gazette:
    return Gazette(await open_desk(extra + pull(more), environ=TOKENS))


async def copies(gazette: Gazette) -> list[Copy]:
    return list(await list_copies(gazette.desk.service.office, article=None, partner="gazette", limit=10))


async def test_a_partner_finds_what_it_selects_in_its_own_feed_in_every_format(gazette: Gazette) -> None:
    await gazette.desk.put()
    await gazette.desk.put("tag:harbour.example,2026:other", title="Not theirs", categories=["Sport"])
    for name in ("rss", "atom", "json"):
        answer = await gazette.ask(f"feed.{name}")
        text = await answer.text()
        assert answer.status == 200
        assert "New ferry sails on time" in text
        assert "Not theirs" not in text
        assert "Posted on" in text
        assert f"/partners/gazette/feed.{name}" in text
