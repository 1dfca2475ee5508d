"""What was begun and never acknowledged at each scripted site, when it comes late or not at all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from syndicate.connectors.suite.copy import accepted, refused
from syndicate.connectors.suite.sendings import NOW, a_retraction, a_sending
from syndicate.connectors.suite.site import Mood
from tests.connectors.apple import Channel
from tests.connectors.atom_server import AtomServer
from tests.connectors.fediverse import Instance
from tests.connectors.lives import Watch, a_copy_at
from tests.connectors.scripted import ScriptedSite
from tests.connectors.wordpress_story import PUBLISHED, RETRACTED

SITES: dict[str, Callable[[], ScriptedSite]] = {
    "articles": Channel,
    "entries": AtomServer,
    "statuses": Instance,
}


@pytest.mark.parametrize("kept", SITES)
async def test_what_appears_after_its_retraction_was_tried_is_taken_away_all_the_same(kept: str) -> None:
    site = SITES[kept]()
    async with a_copy_at(site) as copy:
        site.mood = Mood.LOSING
        refused(await copy.send(a_sending()))
        site.mood = Mood.WELL
        late: dict[str, Any] = getattr(site, kept)
        setattr(site, kept, {})
        outcome = refused(await copy.send(a_retraction()))
        assert (outcome.certain, outcome.permanent) == (False, False)
        setattr(site, kept, late)
        accepted(await copy.send(a_retraction()))
    assert list(await site.shown()) == []


@pytest.mark.parametrize(
    ("make", "begun"), [(Channel, "creating_at"), (AtomServer, "creating_at"), (Instance, "posting_at")]
)
async def test_what_never_appears_is_not_waited_for_for_ever(make: Callable[[], ScriptedSite], begun: str) -> None:
    site, watch = make(), Watch()
    async with a_copy_at(site, given={"clock": watch}) as copy:
        copy.remote = {begun: NOW.isoformat()}
        # An Apple News channel checks the time of each request.
        vars(site)["now"] = watch.now = NOW + timedelta(minutes=4)
        refused(await copy.send(a_retraction()))
        vars(site)["now"] = watch.now = NOW + timedelta(minutes=6)
        accepted(await copy.send(a_retraction()))


async def test_a_picture_that_appears_late_is_taken_away_with_its_entry() -> None:
    server = AtomServer()
    async with a_copy_at(server) as copy:
        server.mood = Mood.LOSING
        refused(await copy.send(PUBLISHED))
        server.mood = Mood.WELL
        late, server.media = server.media, {}
        refused(await copy.send(RETRACTED))
        server.media = late
        accepted(await copy.send(RETRACTED))
    assert server.media == {}
