"""Reach the store for a command: through the service that holds it, else by opening it ourselves."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, Protocol

import aiohttp

from syndicate.app.configuration import load_configuration, store_url
from syndicate.app.sockets import socket_path
from syndicate.cli.actor import actor
from syndicate.errors import ConfigurationError, InvalidError, StoreBusyError, StoreError, SyndicateError, Violation
from syndicate.settings.loading import Loaded

CONNECT_SECONDS = 5.0
# Another command may have the store open for a moment, or a service may be about to listen.
BUSY_SECONDS = 30.0
LOOK_AGAIN_SECONDS = 0.1
Report = Callable[[Any], None]


class Desk(Protocol):
    """Where commands are done. `sends`: a service is there that carries out what a command decides."""

    sends: bool

    async def do(self, command: str, args: Mapping[str, Any], report: Report) -> Any:
        """Run a command and return its result. Raises SyndicateError."""


class ServiceDesk:
    """Commands in a running service."""

    sends = True

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def do(self, command: str, args: Mapping[str, Any], report: Report) -> Any:
        asked = {"command": command, "args": dict(args), "actor": actor()}
        try:
            async with self._session.post("http://service/", json=asked) as response:
                async for line in _lines(response):
                    frame = json.loads(line)
                    if "progress" not in frame:
                        return _result(frame)
                    report(frame["progress"])
        except (aiohttp.ClientError, OSError) as error:
            raise StoreError("the running service hung up", remedy="Look at its log; repeat the command.") from error
        raise StoreError("the running service gave no result", remedy="Look at its log for what went wrong.")


async def _lines(response: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
    """Yield whole lines, however long they are."""
    rest = b""
    async for chunk in response.content.iter_any():
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            yield line


def _result(frame: dict[str, Any]) -> Any:
    if "error" not in frame:
        return frame["result"]
    told = frame["error"]
    violations = [Violation(path, reason) for path, reason in told["violations"]]
    error = InvalidError(told["message"], violations, remedy=told["remedy"])
    error.code = told["code"]
    raise error


@asynccontextmanager
async def reach(config: Path) -> AsyncIterator[Desk]:
    """Find where commands are done now.

    A service that runs is reached though its files are wrong by now: a retraction must not wait for them to be mended.
    Raises ConfigurationError, StoreError.
    """
    loaded = _loaded(config)
    path = socket_path(store_url(config, os.environ) if isinstance(loaded, SyndicateError) else _url(loaded))
    async with AsyncExitStack() as stack:
        yield await _desk(stack, loaded, path)


def _loaded(config: Path) -> Loaded | ConfigurationError:
    try:
        return load_configuration(config, os.environ)
    except ConfigurationError as error:
        return error


def _url(loaded: Loaded) -> str:
    return loaded.settings.store.url


async def _desk(stack: AsyncExitStack, loaded: Loaded | ConfigurationError, path: Path | None) -> Desk:
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        if path is not None and await answers(path):
            return ServiceDesk(await stack.enter_async_context(_session(path)))
        if isinstance(loaded, ConfigurationError):
            raise loaded
        # A service with its libraries takes longer to import than a command takes that another process does.
        from syndicate.cli.own import own_desk  # noqa: PLC0415

        try:
            return await stack.enter_async_context(own_desk(loaded))
        except StoreBusyError:
            if time.monotonic() > deadline:
                raise
        await asyncio.sleep(LOOK_AGAIN_SECONDS)


def _session(path: Path) -> aiohttp.ClientSession:
    # An import may take as long as it takes.
    return aiohttp.ClientSession(connector=aiohttp.UnixConnector(str(path)), timeout=aiohttp.ClientTimeout(total=None))


async def running_service(url: str) -> dict[str, Any] | None:
    """Return what the service that holds the store says of itself; None where none runs. Raises StoreError."""
    path = socket_path(url)
    if path is None or not await answers(path):
        return None
    async with _session(path) as session:
        about: dict[str, Any] = await ServiceDesk(session).do("about", {}, lambda _: None)
        return about


async def answers(path: Path) -> bool:
    """Tell whether a service listens at `path`; a file that one left behind does not count. Raises StoreError."""
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            _, writer = await asyncio.open_unix_connection(path)
    except PermissionError as error:
        remedy = "Run the command as the user that the service runs as."
        raise StoreError("the service that runs belongs to another user", remedy=remedy) from error
    except OSError:
        return False
    writer.close()
    return True
