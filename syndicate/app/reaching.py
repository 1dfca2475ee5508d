"""Try whether partners, upstreams, the mail server and the place of alerts are there; nothing is sent."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from pydantic import BaseModel

from syndicate.connectors.table import check_options, connector_kind
from syndicate.errors import ConfigurationError
from syndicate.model.declarations import PartnerDeclaration
from syndicate.net.client import Client
from syndicate.net.dialer import Dialer
from syndicate.net.exchange import Failure, Timeouts
from syndicate.settings.loading import Loaded

PATIENCE = Timeouts(total=timedelta(seconds=10))
# Of the options of connectors, those that say where something answers over HTTP; the first that is given counts.
_ADDRESSES = ("endpoint", "url", "service", "collection")


@dataclass(frozen=True)
class Server:
    """Something that speaks another protocol than HTTP."""

    host: str
    port: int


# A text is an address of the web.
Place = str | Server | Path


def places(loaded: Loaded) -> Iterator[tuple[str, Place]]:
    """Return everything that can be tried, with the section that names it."""
    for partner in loaded.declarations.partners:
        if (place := _place_of(partner)) is not None:
            yield f"partners.{partner.name}", place
    for upstream in loaded.declarations.upstreams:
        if upstream.url is not None:
            yield f"upstreams.{upstream.name}", upstream.url
    for url in loaded.secrets.option("alerts", "webhook")[:1]:
        yield "alerts.webhook", url.strip()
    smtp = loaded.settings.smtp
    if smtp.host is not None:
        yield "smtp", Server(smtp.host, smtp.port)


def _place_of(partner: PartnerDeclaration) -> Place | None:
    """Return where a partner is; None where it comes to us, or its options do not say."""
    try:
        options = check_options(connector_kind(partner.connector), partner.options)
    except ConfigurationError:  # that is told already
        return None
    return _place_in(options)


def _place_in(options: BaseModel) -> Place | None:
    host, port, path = (getattr(options, name, None) for name in ("host", "port", "path"))
    if isinstance(host, str) and isinstance(port, int):
        return Server(host, port)
    if isinstance(path, Path):
        return path
    given = (getattr(options, name, None) for name in _ADDRESSES)
    return next((each for each in given if isinstance(each, str) and each.startswith(("http://", "https://"))), None)


async def why_not(place: Place, client: Client, dialer: Dialer) -> str | None:
    """Return what is wrong with a place, and what may cure it; None where something is there."""
    match place:
        case Server(host, port):
            return await _unreached(dialer, host, port)
        case Path():
            return await asyncio.to_thread(_unwritable, place)
        case str():
            return await _unanswered(client, place)


async def _unanswered(client: Client, url: str) -> str | None:
    """Ask for nothing but an answer: whatever a server says to HEAD, it is there."""
    answer = await client.send("HEAD", url, body=None, headers={}, timeouts=PATIENCE)
    if not isinstance(answer, Failure):
        return None
    return f"{answer.detail}; check its url, that its server runs, and [network]"


async def _unreached(dialer: Dialer, host: str, port: int) -> str | None:
    try:
        (await dialer.dial(host, port)).close()
    except OSError as error:
        told = error.strerror or str(error) or "no answer in time"
        return f"port {port} of {host}: {told}; check both, that its server runs, and [network]"
    return None


def _unwritable(path: Path) -> str | None:
    if not path.is_dir():
        return f"{path} is no folder; make it, or mount the disk that it is on"
    if not os.access(path, os.W_OK | os.X_OK):
        return f"{path} cannot be written to by this user; change its owner or its permissions"
    return None
