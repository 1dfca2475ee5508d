"""What every connector promises, as tests: subclass `ConnectorContract` with a site that your test controls.

Needs pytest with pytest-asyncio or pytest-aiohttp in its mode `auto`. The service itself never imports it.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager

import pytest

from syndicate.connectors.contract import Accepted, Connector
from syndicate.connectors.means import Means
from syndicate.connectors.suite.copy import Copy, accepted, in_time, refused
from syndicate.connectors.suite.sendings import NOW, a_correction, a_retraction, a_sending, an_update
from syndicate.connectors.suite.site import Mood, Site, connector_at, means


class ConnectorContract:
    """Every connector's tests. Give it the fixture `site`."""

    @pytest.fixture
    def site(self) -> Site:
        raise NotImplementedError("yield a site of your own")

    def means_for(self, site: Site, *, private: bool) -> AbstractAsyncContextManager[Means]:
        """Return what the connector works with; override it for one that needs more, such as a mailer."""
        return means(private=private)

    @pytest.fixture
    async def means(self, site: Site) -> AsyncIterator[Means]:
        async with self.means_for(site, private=True) as made:
            yield made

    @pytest.fixture
    async def connector(self, site: Site, means: Means) -> AsyncIterator[Connector]:
        made = connector_at(site, means)
        yield made
        await made.aclose()

    @pytest.fixture
    def copy(self, connector: Connector) -> Copy:
        return Copy(connector)

    async def test_what_is_accepted_stands_there_once(self, site: Site, copy: Copy) -> None:
        accepted(await copy.send(a_sending(title="New ferry sails")))
        assert list(await site.shown()) == ["New ferry sails"]

    async def test_the_same_delivery_again_makes_no_second_copy(self, site: Site, copy: Copy) -> None:
        for _ in range(3):
            accepted(await copy.send(a_sending(title="New ferry sails")))
        assert list(await site.shown()) == ["New ferry sails"]

    async def test_an_update_takes_the_place_of_what_stood_there(self, site: Site, copy: Copy) -> None:
        accepted(await copy.send(a_sending(title="New ferry sails")))
        accepted(await copy.send(an_update("New ferry sails again")))
        assert list(await site.shown()) == ["New ferry sails again"]

    async def test_a_correction_takes_the_place_of_what_stood_there(self, site: Site, copy: Copy) -> None:
        accepted(await copy.send(a_sending(title="New ferry sails at nine")))
        accepted(await copy.send(a_correction("New ferry sails at ten")))
        assert list(await site.shown()) == ["New ferry sails at ten"]

    async def test_an_update_that_comes_first_makes_the_copy(self, site: Site, copy: Copy) -> None:
        accepted(await copy.send(an_update("New ferry sails again")))
        assert list(await site.shown()) == ["New ferry sails again"]

    async def test_a_retraction_takes_the_copy_away(self, site: Site, copy: Copy) -> None:
        accepted(await copy.send(a_sending()))
        accepted(await copy.send(a_retraction()))
        assert list(await site.shown()) == []

    async def test_a_retraction_may_come_twice(self, site: Site, copy: Copy) -> None:
        accepted(await copy.send(a_sending()))
        accepted(await copy.send(a_retraction()))
        accepted(await copy.send(a_retraction()))
        assert list(await site.shown()) == []

    async def test_a_retraction_of_what_never_arrived_is_no_error(self, site: Site, copy: Copy) -> None:
        accepted(await copy.send(a_retraction()))
        assert list(await site.shown()) == []

    async def test_what_was_withdrawn_can_come_back(self, site: Site, copy: Copy) -> None:
        accepted(await copy.send(a_sending(title="New ferry sails")))
        accepted(await copy.send(a_retraction()))
        accepted(await copy.send(a_sending(title="New ferry sails", delivery_id="msg_4", revision=4, seq=10)))
        assert list(await site.shown()) == ["New ferry sails"]

    async def test_two_articles_are_two_copies(self, site: Site, connector: Connector) -> None:
        other = {"id": "tag:harbour.example,2026:bridge", "slug": "bridge"}
        accepted(await Copy(connector).send(a_sending(title="New ferry sails")))
        second = a_sending(title="New bridge opens", article=other, delivery_id="msg_9", slug="bridge")
        accepted(await Copy(connector).send(second))
        assert sorted(await site.shown()) == ["New bridge opens", "New ferry sails"]

    async def test_what_is_refused_for_good_is_not_accepted(self, site: Site, copy: Copy) -> None:
        _into(site, Mood.REFUSING)
        assert refused(await copy.send(a_sending())).reason
        assert list(await site.shown()) == []

    async def test_a_site_that_asks_for_a_pause_is_heard(self, site: Site, copy: Copy) -> None:
        _into(site, Mood.BUSY)
        outcome = refused(await copy.send(a_sending()))
        assert (outcome.overloaded, outcome.permanent) == (True, False)
        site.mood = Mood.WELL
        accepted(await copy.send(a_sending(title="New ferry sails")))
        assert list(await site.shown()) == ["New ferry sails"]

    async def test_a_site_that_rejects_our_credentials_says_so(self, site: Site, copy: Copy) -> None:
        _into(site, Mood.LOCKED)
        outcome = refused(await copy.send(a_sending()))
        assert (outcome.unauthorised, outcome.permanent) == (True, False)

    async def test_a_site_that_never_answers_is_given_up_in_time(self, site: Site, copy: Copy) -> None:
        _into(site, Mood.SILENT)
        assert not refused(await copy.send(a_sending())).permanent
        site.mood = Mood.WELL
        accepted(await copy.send(a_sending(title="New ferry sails")))
        assert list(await site.shown()) == ["New ferry sails"]

    async def test_a_lost_answer_makes_no_second_copy(self, site: Site, copy: Copy) -> None:
        _into(site, Mood.LOSING)
        outcome = await copy.send(a_sending(title="New ferry sails"))
        assert isinstance(outcome, Accepted) or not outcome.certain
        site.mood = Mood.WELL
        accepted(await copy.send(a_sending(title="New ferry sails")))
        assert list(await site.shown()) == ["New ferry sails"]

    async def test_after_a_lost_answer_the_retraction_finds_the_copy(self, site: Site, copy: Copy) -> None:
        _into(site, Mood.LOSING)
        await copy.send(a_sending())
        site.mood = Mood.WELL
        accepted(await copy.send(a_retraction()))
        assert list(await site.shown()) == []

    async def test_a_site_that_is_down_certainly_has_nothing(self, site: Site, copy: Copy) -> None:
        _into(site, Mood.DOWN)
        outcome = refused(await copy.send(a_sending()))
        assert (outcome.certain, outcome.permanent) == (True, False)

    async def test_a_test_changes_nothing_there(self, site: Site, connector: Connector) -> None:
        accepted(await in_time(connector.test(delivery_id="msg_t", at=NOW)))
        assert list(await site.shown()) == []

    async def test_a_test_tells_that_credentials_are_wrong(self, site: Site, connector: Connector) -> None:
        _into(site, Mood.LOCKED)
        refused(await in_time(connector.test(delivery_id="msg_t", at=NOW)))

    async def test_a_preview_sends_nothing_and_shows_the_article(self, site: Site, connector: Connector) -> None:
        preview = connector.preview(a_sending(title="New ferry sails"))
        assert b"New ferry sails" in preview.body
        assert list(await site.shown()) == []

    async def test_a_private_address_is_not_called_unless_it_is_opened(self, site: Site) -> None:
        if not site.networked:
            pytest.skip("it calls no address")
        async with self.means_for(site, private=False) as closed:
            made = connector_at(site, closed)
            outcome = refused(await in_time(made.send(a_sending())))
            await made.aclose()
        assert outcome.certain
        assert list(await site.shown()) == []

    async def test_no_secret_is_shown_anywhere(
        self, site: Site, connector: Connector, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        shown = repr(connector) + repr(connector.preview(a_sending()))
        for mood in sorted(site.moods, key=lambda mood: mood.value):
            site.mood = mood
            shown += repr(await in_time(connector.send(a_sending())))
        site.mood = Mood.WELL
        assert not [canary for canary in site.canaries if canary in shown + caplog.text]


def _into(site: Site, mood: Mood) -> None:
    if mood not in site.moods:
        pytest.skip(f"a site that {mood.value} cannot be had here")
    site.mood = mood
