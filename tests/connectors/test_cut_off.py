"""An article's life at each scripted site, with the network cut at every request of it in turn."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from syndicate.connectors.contract import Accepted, Sending
from syndicate.connectors.suite.copy import Copy
from syndicate.connectors.suite.site import GivenPictures, connector_at, means
from tests.connectors.apple import Channel
from tests.connectors.atom_server import AtomServer
from tests.connectors.fediverse import Instance
from tests.connectors.scripted import Cut, ScriptedSite
from tests.connectors.wordpress_story import PICTURES, PUBLISHED, RESTORED, RETRACTED, corrected

ATTEMPTS = 6
DATA = sorted(file.data for file in PICTURES.values() if "rail" not in file.url)
LIFE: tuple[tuple[Sending, list[str]], ...] = (
    (PUBLISHED, ["New ferry sails"]),
    (corrected(), ["New ferry sails at ten"]),
    (RETRACTED, []),
    (RESTORED, ["New ferry sails again"]),
)


class Forgetful(Instance):
    """An hour has passed since each lost answer."""

    def __init__(self) -> None:
        super().__init__()
        self.remembers_keys = False


class Late(Channel):
    """The channel's search is behind, but it tells a duplicate."""

    def __init__(self) -> None:
        super().__init__()
        self.hides_from_search = self.finds_duplicates = True


class Discovered(AtomServer):
    @property
    def options(self) -> dict[str, object]:
        return {"service": f"{self.root}/service", "user": "harbour"}


class Rewriting(Discovered):
    def __init__(self) -> None:
        super().__init__()
        self.rewrites = self.quiet = True


def _pictures(site: ScriptedSite) -> list[bytes]:
    """Return the pictures that the site shows with what stands there."""
    match site:
        case Channel():
            return sorted(data for id_ in site.articles for data in site.bundles[id_].values())
        case Instance():
            shown = [id_ for status in site.statuses.values() for id_ in status["media_ids"]]
            return sorted(site.media[id_]["bytes"] for id_ in shown)
        case AtomServer():
            return sorted(kept.data for kept in site.media.values() if kept.data is not None)
    raise AssertionError(site)


async def _sent(copy: Copy, sending: Sending) -> None:
    for _ in range(ATTEMPTS):
        if isinstance(await copy.send(sending), Accepted):
            return
    raise AssertionError("it never arrived")


async def _live(site: ScriptedSite, cut: Cut | None) -> int:
    site.cut = cut
    async with site.running(), means(pictures=GivenPictures(PICTURES)) as made:
        copy = Copy(connector_at(site, made))  # type: ignore[arg-type]  # its name, secrets and options are of its kind
        for sending, titles in LIFE:
            await _sent(copy, sending)
            assert list(await site.shown()) == titles
            assert _pictures(site) == (DATA if titles else [])
    return len(site.seen)


@pytest.mark.parametrize("make", [Channel, Late, Instance, Forgetful, AtomServer, Discovered, Rewriting])
async def test_wherever_the_network_is_cut_there_is_one_copy_and_one_of_each_picture(
    make: Callable[[], ScriptedSite],
) -> None:
    requests = await _live(make(), None)
    assert requests >= len(LIFE)
    for at in range(requests):
        for done in (False, True):
            await _live(make(), Cut(at, done=done))
