"""Check what a service depends on, and name every problem with its cure."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from syndicate.app.configuration import connectors_for, load_configuration
from syndicate.app.connections import Connections
from syndicate.app.means import means_of, storage_of
from syndicate.app.outgoing import guard_of
from syndicate.app.reaching import Place, places, why_not
from syndicate.app.service import upstream_keys
from syndicate.app.upgrading import schema
from syndicate.clock import SystemClock
from syndicate.errors import ConfigurationError, StoreError
from syndicate.net.client import Client
from syndicate.net.dialer import Dialer
from syndicate.settings.loading import Loaded, check_problems


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; `level` is `wrong` for a mistake in files, `failed` for the world around them."""

    level: Literal["fine", "warning", "failed", "wrong"]
    subject: str
    text: str


def check_files(path: Path, environ: Mapping[str, str]) -> tuple[Loaded | None, list[Finding]]:
    """Check config.toml, the environment, the feed files and the secrets; returns the configuration if it is right."""
    problems = check_problems(path, environ, connectors=connectors_for(path))
    if problems:
        return None, [Finding("wrong", "configuration", problem) for problem in problems]
    loaded = load_configuration(path, environ)
    found = [Finding("warning", "configuration", warning) for warning in loaded.warnings]
    declared = loaded.declarations
    told = f"{len(declared.feeds)} feeds, {len(declared.partners)} partners, {len(declared.upstreams)} upstreams"
    return loaded, [*found, Finding("fine", "configuration", f"{path}: {told}")]


async def check_connections(loaded: Loaded, *, reach: bool) -> list[Finding]:
    """Check that the secrets can be used and, with `reach`, that partners and upstreams answer; nothing is sent."""
    settings = loaded.settings
    async with Client(guard_of(settings), base_url=settings.service.base_url) as client:
        found = list(_check_secrets(loaded, client))
        found += [await _check_clear(client, url) for url in loaded.secrets.option("alerts", "webhook")[:1]]
        if reach:
            dialer = Dialer(guard_of(settings))
            found += await asyncio.gather(*(_reach(client, dialer, *each) for each in places(loaded)))
    return found


async def _check_clear(client: Client, url: str) -> Finding:
    """Check that an address that is itself a secret would not be called in the clear; it is never shown."""
    if await client.may_carry_secrets(url.strip()):
        return Finding("fine", "alerts.webhook", "may be called; `syndicate alerts test` tries it")
    return Finding("wrong", "alerts.webhook", "is no https address that resolves; use https, or open its network")


def _check_secrets(loaded: Loaded, client: Client) -> Iterator[Finding]:
    means = means_of(lambda: loaded, storage_of(loaded.settings), client, SystemClock().now)
    connections = Connections(lambda _: means)
    for partner in loaded.declarations.partners:
        alone = loaded.declarations.model_copy(update={"partners": (partner,), "upstreams": ()})
        try:
            connections.prepare(dataclasses.replace(loaded, declarations=alone))
        except ConfigurationError as error:
            yield Finding("wrong", f"partners.{partner.name}", _cure(error))
    for upstream in loaded.declarations.upstreams:
        alone = loaded.declarations.model_copy(update={"upstreams": (upstream,)})
        try:
            upstream_keys(dataclasses.replace(loaded, declarations=alone))
        except ConfigurationError as error:
            yield Finding("wrong", f"upstreams.{upstream.name}", _cure(error))


def _cure(error: ConfigurationError) -> str:
    told = "; ".join(map(str, error.violations))
    return f"{error.message}{': ' + told if told else ''}. {error.remedy}"


async def _reach(client: Client, dialer: Dialer, subject: str, place: Place) -> Finding:
    wrong = await why_not(place, client, dialer)
    return Finding("fine", subject, "is there") if wrong is None else Finding("failed", subject, wrong)


def check_store(loaded: Loaded, service: Mapping[str, Any] | None) -> Finding:
    """Check that the store opens, and say at which schema; `service` is what the running one says of itself."""
    if service is not None:
        who = f"process {service['process']}, version {service['version']}"
        return Finding("fine", "store", f"in use by the running service ({who}), schema {service['schema']}")
    store_url = loaded.settings.store.url
    if store_url.startswith("sqlite:///") and not (file := Path(store_url.removeprefix("sqlite:///"))).exists():
        return Finding("fine", "store", f"{file} is not there yet; the service makes it")
    try:
        found = schema(loaded)
    except StoreError as error:
        return Finding("failed", "store", f"{error.message}. {error.remedy}")
    return Finding("fine", "store", f"opens, schema {found or 'not made yet'}")
