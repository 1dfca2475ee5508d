"""One article's life at a scripted WordPress: published, corrected, withdrawn, published again."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

from syndicate.clock import FixedClock
from syndicate.connectors.contract import Accepted, Connector, Outcome, Sending
from syndicate.connectors.means import Means, PictureFile
from syndicate.connectors.suite.copy import Copy
from syndicate.connectors.suite.sendings import NOW, a_retraction, a_sending, an_update
from syndicate.connectors.suite.site import GivenPictures, connector_at, means
from syndicate.connectors.wordpress.ledger import UNCLEAR
from syndicate.model.delivery import EventType
from tests.connectors.partners import partner
from tests.connectors.wordpress_site import WordPressSite

# No fault of the tests comes more than once, and no attempt meets more than a few.
ATTEMPTS = 8


def a_picture(name: str) -> PictureFile:
    data = f"the picture {name}".encode()
    url = f"https://harbour.example/media/{name}.jpg"
    return PictureFile(url, data, "image/jpeg", "jpg", 600, 400, hashlib.sha256(data).hexdigest())


PICTURES = {file.url: file for file in map(a_picture, ("lead", "quay", "crew", "rail"))}


def an_image(name: str, **changes: Any) -> dict[str, Any]:
    image = {"url": a_picture(name).url, "caption": f"The {name}", "credit": f"Photo: {name}", "alt": f"A {name}"}
    return image | changes


THREE = [an_image("lead"), an_image("quay"), an_image("crew")]
_QUAY = '<p>At nine.</p><p><img src="https://harbour.example/media/quay.jpg"></p><p>At ten.</p>'
STORY: Mapping[str, Any] = {"images": THREE, "body_html": _QUAY}

PUBLISHED = a_sending(title="New ferry sails", article=dict(STORY))
RETRACTED = a_retraction()
RESTORED = a_sending(title="New ferry sails again", article=dict(STORY), delivery_id="msg_4", revision=4, seq=10)


def corrected() -> Sending:
    """Return a correction that says other words of a picture, too."""
    note = {"corrections": [{"note": "It left at ten.", "at": a_sending().at}], "correction": "It left at ten."}
    images = [an_image("lead", caption="The ferry"), *THREE[1:]]
    return a_sending(
        title="New ferry sails at ten",
        article={**STORY, **note, "images": images},
        delivery_id="msg_2",
        revision=2,
        seq=8,
        type=EventType.CORRECTED,
    )


def the_post(site: WordPressSite) -> dict[str, Any]:
    (post,) = site.posts.values()
    return post


def names(site: WordPressSite) -> list[str]:
    """Return the names of the pictures in the library."""
    return sorted(media["data"].decode().removeprefix("the picture ") for media in site.media.values())


def uploads(site: WordPressSite) -> int:
    return sum(1 for method, target in site.requests if method == "POST" and "/media?" in target)


def writes(site: WordPressSite) -> list[str]:
    return [f"{method} {target.partition('?')[0]}" for method, target in site.requests if method not in ("GET", "HEAD")]


def with_images(*images: dict[str, Any], revision: int = 2) -> Sending:
    return an_update("New ferry sails", article={"images": list(images)}, revision=revision)


@dataclass
class Life:
    """A copy at a site, whose attempts may be cut short by a kill. Its time is moved, not waited for."""

    site: WordPressSite
    connector: Connector
    copy: Copy
    clock: FixedClock
    means: Means

    async def until_accepted(self, sending: Sending) -> Accepted:
        """Try as the service does, each delivery's attempts counted from 1."""
        self.copy._attempts = 0
        outcome: Outcome | None = None
        for _ in range(ATTEMPTS):
            outcome = await self._attempt(sending)
            if isinstance(outcome, Accepted):
                return outcome
        raise AssertionError(outcome)

    def wait(self) -> None:
        """Let as much time pass as the service waits for what may be under way."""
        self.clock.advance(UNCLEAR)

    async def _attempt(self, sending: Sending) -> Outcome | None:
        self.wait()
        attempt = asyncio.ensure_future(self.copy.send(replace(sending)))
        self.site.kill = attempt.cancel
        try:
            return await attempt
        except asyncio.CancelledError:
            return None


@asynccontextmanager
async def a_life(site: WordPressSite, **declared: Any) -> AsyncIterator[Life]:
    """Run a site and a connector to it that has the pictures of the story."""
    clock = FixedClock(NOW)
    given = GivenPictures(dict(PICTURES))
    async with partner(site.behave) as site.server, means(pictures=given, clock=clock.now) as made:
        connector = connector_at(site, made, **declared)
        yield Life(site, connector, Copy(connector), clock, made)
        await connector.aclose()
