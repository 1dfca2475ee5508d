"""What connectors are made of: the partner as declared, its secrets, and the means to reach it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from typing import Any, Protocol

from pydantic import BaseModel

from syndicate.connectors.contract import Connector, Outcome
from syndicate.model.declarations import PartnerDeclaration, Publisher
from syndicate.net.client import Client
from syndicate.net.dialer import Dialer

Clock = Callable[[], datetime]
# The values of secret options by name, newest first: `{"signing_secret": ("whsec_…",)}`.
Secrets = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class PictureFile:
    """A picture's bytes, and what they are: media type, suffix without a dot, sides in pixels, SHA-256 in hex."""

    url: str
    data: bytes
    type: str
    suffix: str
    width: int
    height: int
    digest: str


# So many attempts at a delivery wait for a picture that cannot be had now; then the article goes without it.
PATIENT_ATTEMPTS = 3


@dataclass(frozen=True)
class NoPicture:
    """A picture that cannot be had; `permanent`: nor will it be, as far as anybody can tell."""

    url: str
    reason: str
    permanent: bool = False


class Pictures(Protocol):
    """Where connectors get pictures: our own from the store, others through the guarded client."""

    async def fetch(self, url: str) -> PictureFile | NoPicture:
        """Return the picture at an address of a record; whole, within the limits for pictures."""


class Mailer(Protocol):
    """The mail server of [smtp]."""

    @property
    def sender(self) -> str: ...

    async def send(self, message: EmailMessage, *, to: Sequence[str]) -> Outcome:
        """Hand a message over; what the server or the network does is an outcome."""

    async def probe(self, *, to: Sequence[str]) -> Outcome:
        """Ask whether the server would take a message for these, and send none."""


@dataclass(frozen=True)
class Means:
    """What the process has for all connectors. `mailer` is None where [smtp] names no server."""

    client: Client
    dialer: Dialer
    pictures: Pictures
    clock: Clock
    mailer: Mailer | None = None


@dataclass(frozen=True)
class Setting:
    """One partner's connection as it is declared: what its connector is made of."""

    partner: PartnerDeclaration
    publisher: Publisher
    means: Means
    secrets: Secrets = field(default_factory=dict, repr=False)

    def secret(self, name: str) -> str | None:
        """Return the newest value of a secret, None where there is none."""
        return next(iter(self.secrets.get(name, ())), None)


@dataclass(frozen=True)
class ConnectorKind:
    """One way out: the model of its options, its secrets, and how a connector is made.

    `secrets` names those it needs, each as the alternatives of which one must be given; `optional` those it may have.
    `called` is false where the partner comes to us. `make` may raise ConfigurationError.
    """

    name: str
    options: type[BaseModel]
    secrets: tuple[frozenset[str], ...]
    make: Callable[[Any, Setting], Connector]
    optional: frozenset[str] = frozenset()
    called: bool = True

    @property
    def all_secrets(self) -> frozenset[str]:
        """Return every option that is a reference to a secret."""
        return self.optional.union(*self.secrets)
