"""What operators see of a partner that polls: its preview, its test, its place in a takedown."""

from __future__ import annotations

import pytest

from syndicate.actions.preview import preview
from syndicate.actions.probe import probe
from syndicate.actions.takedown import list_takedown
from syndicate.errors import ConflictError
from tests.web.conftest import OpenDesk
from tests.web.desk import FERRY
from tests.web.polling import TOKENS, Gazette, pull


@pytest.fixture
async def gazette(open_desk: OpenDesk) -> Gazette:
    return Gazette(await open_desk(pull(), environ=TOKENS))


async def test_a_preview_is_the_item_as_its_feed_would_show_it(gazette: Gazette) -> None:
    await gazette.desk.put(title="Seen before it is offered")
    service = gazette.desk.service
    found = await preview(service.office, service.connections, "gazette", FERRY)
    assert found.owed
    assert found.preview.url.endswith("/partners/gazette/feed.atom")
    body = found.preview.body.decode()
    assert "Seen before it is offered" in body
    assert "Posted on" in body


async def test_a_polled_partner_cannot_be_called(gazette: Gazette) -> None:
    service = gazette.desk.service
    with pytest.raises(ConflictError, match="polls, and cannot be called; it has not asked"):
        await probe(service.office, service.connections, "gazette")


async def test_a_takedown_tells_who_still_holds_it_until_the_retraction_is_fetched(gazette: Gazette) -> None:
    await gazette.desk.put()
    await gazette.changes()
    await gazette.desk.retract()
    office = gazette.desk.service.office
    assert [each.gone for each in await list_takedown(office, FERRY)] == [False]
    await gazette.changes()
    assert [each.gone for each in await list_takedown(office, FERRY)] == [True]
