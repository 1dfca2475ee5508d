"""A connector at a scripted site, with pictures, and one copy that is sent to it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from syndicate.connectors.means import NoPicture, PictureFile
from syndicate.connectors.suite.copy import Copy
from syndicate.connectors.suite.sendings import NOW
from syndicate.connectors.suite.site import GivenPictures, connector_at, means
from tests.connectors.scripted import ScriptedSite
from tests.connectors.wordpress_story import PICTURES


class Away(GivenPictures):
    """Pictures whose server does not answer now."""

    async def fetch(self, url: str) -> PictureFile | NoPicture:
        return NoPicture(url, "no answer in time")


class Watch:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@asynccontextmanager
async def a_copy_at(site: ScriptedSite, *, given: Any = None, **declared: Any) -> AsyncIterator[Copy]:
    """Run the site; `given` are other means, `declared` other keys of the partner's section."""
    pictures = {"pictures": GivenPictures(dict(PICTURES))}
    async with site.running(), means(**{**pictures, **(given or {})}) as made:
        yield Copy(connector_at(site, made, **declared))  # type: ignore[arg-type]  # options are of its kind
