"""The web server of a service: the socket, its limits, and its end."""

from __future__ import annotations

import asyncio
import resource
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta

from aiohttp import web
from aiohttp.http_parser import HttpRequestParser, HttpRequestParserPy

from syndicate.app.stopping import stop_times
from syndicate.errors import ConfigurationError
from syndicate.settings.sections import Settings
from syndicate.web.connections import ConnectionLimits, Doorkeeper
from syndicate.web.unreadable import ONE_LINE, SERVER_LOGGER

BACKLOG = 512
# Files that are no connections of clients: the database, pictures, calls to partners.
RESERVED_FILES = 256
# How long the rest of a refused body is still read, so that its sender sees the answer and not a reset.
LINGER = timedelta(seconds=2)
WATCH_SECONDS = 1.0


@dataclass(frozen=True)
class ServerOptions:
    """How a service listens; `header_timeout` also ends idle connections, `drain` requests under way at a stop."""

    header_timeout: timedelta
    connections: ConnectionLimits
    drain: timedelta


def server_options(settings: Settings, *, is_exempt: Callable[[str], bool]) -> ServerOptions:
    """Take the options from the settings; never more connections than the process may have open files."""
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = settings.limits.connections
    total = most if files == resource.RLIM_INFINITY else min(most, max(files - RESERVED_FILES, 1))
    limits = ConnectionLimits(total, settings.limits.connections_per_address, settings.server.stall_timeout, is_exempt)
    drain = stop_times(settings.server.shutdown_timeout).requests
    return ServerOptions(settings.server.header_timeout, limits, drain)


class Heartbeat:
    """Beats every second and tells how late the last beat was."""

    def __init__(self) -> None:
        self.lag_seconds = 0.0

    async def beat(self, each: Callable[[float], None]) -> None:
        """Call `each` with the loop's time, every second, until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + WATCH_SECONDS
            await asyncio.sleep(WATCH_SECONDS)
            self.lag_seconds = max(loop.time() - due, 0.0)
            each(loop.time())


def require_compiled_parser(parser: type = HttpRequestParser) -> None:
    """Refuse to serve with aiohttp's parser in Python: it takes requests that a proxy may read otherwise (B94)."""
    if parser is HttpRequestParserPy:
        raise ConfigurationError(
            "aiohttp was installed without its C parser", remedy="Install aiohttp from a wheel, or with a C compiler."
        )


def make_runner(app: web.Application, options: ServerOptions) -> web.AppRunner:
    """Prepare to serve `app`: what its connections have in common. Raises ConfigurationError."""
    require_compiled_parser()
    SERVER_LOGGER.addFilter(ONE_LINE)
    return web.AppRunner(
        app,
        keepalive_timeout=options.header_timeout.total_seconds(),
        access_log=None,
        shutdown_timeout=options.drain.total_seconds(),
        lingering_time=LINGER.total_seconds(),
    )


@asynccontextmanager
async def listening(
    runner: web.AppRunner, options: ServerOptions, heartbeat: Heartbeat, *, host: str, port: int
) -> AsyncIterator[asyncio.Server]:
    """Take connections for a runner that is set up, until the block ends; those open then are the runner's to end.

    Raises OSError where the port is taken.
    """
    assert runner.server is not None
    keeper = Doorkeeper(runner.server, options.connections)
    server = await asyncio.get_running_loop().create_server(keeper, host, port, backlog=BACKLOG)
    watching = asyncio.create_task(heartbeat.beat(lambda now: keeper.sweep(now=now)), name="watch connections")
    try:
        yield server
    finally:
        server.close()
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching
