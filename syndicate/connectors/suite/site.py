"""A partner's site under a test's control, and a connector that speaks to it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum
from typing import Any, Protocol

from syndicate.connectors.contract import Connector
from syndicate.connectors.means import Means, NoPicture, PictureFile
from syndicate.connectors.suite.sendings import NOW
from syndicate.connectors.table import build
from syndicate.model.declarations import PartnerDeclaration, Publisher
from syndicate.net.client import Client
from syndicate.net.dialer import Dialer
from syndicate.net.exchange import Timeouts
from syndicate.net.guard import Guard
from syndicate.policy.addresses import parse_network

LOOPBACK = (parse_network("127.0.0.0/8"), parse_network("::1/128"))
# Where the real service waits twenty seconds.
QUICK = Timeouts(total=timedelta(seconds=0.6), connect=timedelta(seconds=0.4), read=timedelta(seconds=0.4))
PUBLISHER = Publisher(
    base_url="https://harbour.example", title="Harbour Daily", language="en-GB", contact="desk@harbour.example"
)


class Mood(Enum):
    """How a site treats what it is sent."""

    WELL = "takes it"
    REFUSING = "refuses it for good"
    BUSY = "asks to come back later"
    LOCKED = "rejects our credentials"
    SILENT = "takes nothing and never answers"
    LOSING = "takes it and never answers"
    DOWN = "is not there"


class Site(Protocol):
    """A partner under the test's control, on this machine.

    `moods` are those it can be in; set `mood` to put it into one. `canaries` are its secrets, which nothing may show.
    """

    mood: Mood

    @property
    def moods(self) -> frozenset[Mood]: ...

    @property
    def networked(self) -> bool:
        """Whether it is reached over the network."""
        ...

    @property
    def connector(self) -> str: ...

    @property
    def options(self) -> Mapping[str, Any]: ...

    @property
    def secrets(self) -> Mapping[str, Sequence[str]]: ...

    @property
    def canaries(self) -> Sequence[str]: ...

    async def shown(self) -> Sequence[str]:
        """Return the titles of the articles that stand there, one for each copy."""


@dataclass
class GivenPictures:
    """Pictures by address, instead of fetching."""

    files: dict[str, PictureFile] = field(default_factory=dict)

    async def fetch(self, url: str) -> PictureFile | NoPicture:
        return self.files.get(url) or NoPicture(url, "there is none", permanent=True)


@asynccontextmanager
async def means(*, private: bool = True, **more: Any) -> AsyncIterator[Means]:
    """Return means that may reach this machine, or with `private` off, as the service does by default, not."""
    guard = Guard(allow_private=LOOPBACK if private else (), base_url="http://127.0.0.1:9")
    async with Client(guard, base_url=PUBLISHER.base_url, timeouts=QUICK) as client:
        values: dict[str, Any] = {"client": client, "dialer": Dialer(guard), "pictures": GivenPictures()}
        yield Means(**{**values, "clock": lambda: NOW, **more})


def connector_at(site: Site, means: Means, **declared: Any) -> Connector:
    """Make the connector of a site; `declared` are other keys of the partner's section, such as `profile`."""
    values = {"name": "gazette", "connector": site.connector, "options": dict(site.options), **declared}
    return build(PartnerDeclaration.model_validate(values), PUBLISHER, site.secrets, means)
