"""One running service: its store, its clockwork and its web server, put together from a configuration."""

from __future__ import annotations

import asyncio
import gc
import logging
import random
import secrets
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from enum import StrEnum
from pathlib import Path

from aiohttp import web

from syndicate.actions.adopt import adopt
from syndicate.actions.chapters import Chapters
from syndicate.actions.editions import Editions
from syndicate.actions.measures import StoreProbe
from syndicate.actions.office import Office
from syndicate.actions.outlook import Outlooks
from syndicate.actions.publish import Source
from syndicate.actions.readership import Readership
from syndicate.actions.tidy import Kept
from syndicate.app.alarms import alarmed
from syndicate.app.connections import Connections
from syndicate.app.database import database_of
from syndicate.app.followers import outside_followed, source_of
from syndicate.app.means import mailer_of, means_of, storage_of
from syndicate.app.outgoing import guard_of
from syndicate.app.readers import readers_jobs, write_down_readers
from syndicate.app.reloading import Reread, Rereading, reread_files
from syndicate.app.served import served_jobs, write_down_served
from syndicate.app.server import Heartbeat, ServerOptions, listening, make_runner, server_options
from syndicate.app.stopping import stop_times
from syndicate.clock import Clock, SystemClock
from syndicate.connectors.means import Means
from syndicate.errors import PortTakenError
from syndicate.model.declarations import Declarations
from syndicate.net.client import Client
from syndicate.policy.signing import decode_secret
from syndicate.sandbox.pool import Sandbox
from syndicate.settings.loading import Loaded
from syndicate.store.store import Store
from syndicate.web.app import build_app, build_health_app
from syndicate.web.context import WebContext
from syndicate.web.metrics import Counters, Gauges
from syndicate.web.tags import Tags
from syndicate.web.visitors import Visitors
from syndicate.worker.clockwork import Clockwork, Job
from syndicate.worker.dispatch import Dispatcher

logger = logging.getLogger(__name__)


def new_id(prefix: str) -> str:
    """Make an unguessable identifier such as `msg_0199…`: the milliseconds since 1970, then 18 random bytes.

    Identifiers that are made together stand together in an index, so that a commit writes few of its pages.
    """
    return f"{prefix}_{time.time_ns() // 1_000_000:012x}{secrets.token_hex(18)}"


class Role(StrEnum):
    """What of a service a process does."""

    ALL = "all"
    WEB = "web"
    WORKER = "worker"


class Service:
    """Everything one instance consists of. Use `running` or `opened`; both close what they opened."""

    def __init__(self, loaded: Loaded, store: Store, client: Client, clock: Clock, reread: Reread) -> None:
        self.loaded = loaded
        self._rereading = Rereading(loaded, reread)
        self.store = store
        self.client = client
        self.clock = clock
        self.office = Office(store, clock.now, new_id)
        self.editions = Editions(self.office)
        self.chapters = Chapters(self.office, self.editions)
        self.outlooks = Outlooks(self.office)
        self.sandbox = Sandbox()
        self.pictures = storage_of(loaded.settings)
        self.means = means_of(lambda: self.loaded, self.pictures, client, clock.now)
        self.connections = Connections(self._means_under)
        drain = stop_times(loaded.settings.server.shutdown_timeout).deliveries
        self.dispatcher = Dispatcher(self.office, self.connections, jitter=random.random, drain=drain)
        self.clockwork = Clockwork(self.office, self.dispatcher, self.reload, _kept(loaded))
        self.heartbeat = Heartbeat()
        self.visitors = _visitors(loaded)
        self.readership = Readership(self.office)
        self._upstream_keys: dict[str, tuple[bytes, ...]] = {}

    @property
    def declarations(self) -> Declarations:
        return self.loaded.declarations

    async def use(self, loaded: Loaded) -> int | None:
        """Put a configuration in force; returns its generation, None where the same is declared as before.

        Raises ConfigurationError.
        """
        connectors = self.connections.prepare(loaded)
        keys = upstream_keys(loaded)
        generation = await adopt(self.office, loaded.declarations)
        await self.connections.replace(loaded, connectors)
        self._upstream_keys = keys
        self.means = self._means_under(loaded)
        self.loaded = loaded
        self.dispatcher.wake()
        return generation

    def _means_under(self, loaded: Loaded) -> Means:
        """Return what connectors work with under a configuration: its mail server may be another one."""
        return replace(self.means, mailer=mailer_of(loaded, self.means.dialer))

    async def catch_up(self) -> None:
        """Learn what other processes changed."""
        self.outlooks.expire()
        await self.editions.catch_up()

    async def reload(self) -> None:
        """Look whether the files changed; a broken change is refused and told, what runs stays."""
        await self._rereading.look(self.use)

    def upstream_keys(self, name: str) -> Sequence[bytes]:
        return self._upstream_keys.get(name, ())

    def partner_tokens(self, name: str) -> tuple[bytes, ...]:
        """Return what a polled partner may show, newest first."""
        return tuple(text.encode() for text in self.loaded.secrets.partner(name, "token"))

    def web_app(self) -> web.Application:
        return build_app(self.web_context())

    def web_context(self) -> WebContext:
        """Return what the web's handlers need of this service."""
        limits, cdn = self.loaded.settings.limits, self.loaded.settings.cdn
        return WebContext(
            office=self.office,
            editions=self.editions,
            chapters=self.chapters,
            pictures=self.pictures,
            declarations=lambda: self.declarations,
            upstream_keys=self.upstream_keys,
            partner_tokens=self.partner_tokens,
            problems=self.clockwork.problems,
            gauges=self.gauges,
            store_probe=StoreProbe(self.office),
            visitors=self.visitors,
            readership=self.readership,
            counters=Counters(),
            outlooks=self.outlooks,
            tags=Tags(cdn.tag_header),
            shared_age=cdn.max_age if cdn.purge_url else None,
            max_record_bytes=limits.record_bytes,
            max_picture_bytes=limits.picture_bytes,
            body_timeout=self.loaded.settings.server.body_timeout,
        )

    def static_source(self) -> Source:
        """Return what static copies of the feeds are made from."""
        return source_of(self.office, self.editions, self.chapters, self.loaded)

    def server_options(self) -> ServerOptions:
        """Return how this service listens."""
        return server_options(self.loaded.settings, is_exempt=self.visitors.is_shared)

    def gauges(self) -> Gauges:
        """Tell what the process knows of itself."""
        wal_bytes = _wal_bytes(self.loaded.settings.store.url)
        return Gauges(self.heartbeat.lag_seconds, wal_bytes, self.dispatcher.attempts, self.readership.totals)


def _wal_bytes(store_url: str) -> int | None:
    wal = Path(store_url.removeprefix("sqlite:///") + "-wal")
    return wal.stat().st_size if store_url.startswith("sqlite:") and wal.exists() else None


def _kept(loaded: Loaded) -> Kept:
    retention = loaded.settings.retention
    return Kept(
        deliveries=retention.deliveries,
        attempts=retention.attempts,
        readership=retention.readership,
        editions=retention.editions,
    )


def _visitors(loaded: Loaded) -> Visitors:
    limits = loaded.settings.limits
    return Visitors(
        trusted_proxies=loaded.settings.service.trusted_proxies,
        failed_logins_per_minute=limits.failed_logins_per_minute,
        feed_requests_per_minute=limits.feed_requests_per_minute,
        writes_per_second=limits.writes_per_second,
    )


def upstream_keys(loaded: Loaded) -> dict[str, tuple[bytes, ...]]:
    """Decode what upstreams sign their deliveries with. Raises ConfigurationError."""
    return {
        upstream.name: tuple(decode_secret(text) for text in loaded.secrets.upstream(upstream.name, "signing_secret"))
        for upstream in loaded.declarations.upstreams
        if upstream.kind == "push"
    }


@asynccontextmanager
async def opened(loaded: Loaded, *, clock: Clock | None = None, reread: Reread | None = None) -> AsyncIterator[Service]:
    """Open a service without running it: for commands. Raises StoreError, ConfigurationError.

    `reread` reads the configuration again; left out, from the file it came from.
    """
    settings = loaded.settings
    store = Store(database_of(loaded))
    async with AsyncExitStack() as stack:
        await asyncio.to_thread(store.open)
        stack.push_async_callback(asyncio.to_thread, store.close)
        client = await stack.enter_async_context(Client(guard_of(settings), base_url=settings.service.base_url))
        service = Service(loaded, store, client, clock or SystemClock(), reread or reread_files(loaded.path))
        stack.push_async_callback(service.connections.aclose)
        stack.push_async_callback(service.sandbox.close)
        await service.use(loaded)
        await service.editions.start()
        yield service


@asynccontextmanager
async def running(
    loaded: Loaded,
    *,
    host: str,
    port: int,
    clock: Clock | None = None,
    role: Role = Role.ALL,
    reread: Reread | None = None,
) -> AsyncIterator[Service]:
    """Run a service: its web server and its clockwork, until the block ends.

    A graceful stop takes at most [server] shutdown_timeout. Raises StoreError, ConfigurationError, PortTakenError.
    """
    async with opened(loaded, clock=clock, reread=reread) as service:
        app = build_health_app(service.web_context()) if role is Role.WORKER else service.web_app()
        async with serving(service, app, role=role) as runner, AsyncExitStack() as stack:
            try:
                options = service.server_options()
                await stack.enter_async_context(listening(runner, options, service.heartbeat, host=host, port=port))
            except OSError as error:
                raise PortTakenError(host, port, error) from error
            settle_memory()
            logger.info("service.started", extra={"host": host, "port": port, "role": role})
            yield service


def settle_memory() -> None:
    """Take what was loaded out of the garbage collector's rounds: it stays, and looking at it again costs readers."""
    gc.collect()
    gc.freeze()


@asynccontextmanager
async def serving(service: Service, app: web.Application, *, role: Role = Role.ALL) -> AsyncIterator[web.AppRunner]:
    """Run the clockwork of an open service and its web application; the caller says where it listens."""
    runner = make_runner(app, service.server_options())
    await runner.setup()
    try:
        async with _work(service, role):
            yield runner
    finally:
        await runner.cleanup()
        await write_down_readers(service.readership)
        await write_down_served(service.editions.served)


def _beside(service: Service) -> Sequence[Job]:
    """Return what a process does beside answering readers."""
    return (*readers_jobs(service.readership), *served_jobs(service.editions.served))


@asynccontextmanager
async def _work(service: Service, role: Role) -> AsyncIterator[None]:
    if role is Role.WEB:
        async with service.clockwork.following(service.catch_up, also=_beside(service)):
            yield
        return
    also = _beside(service) if role is Role.ALL else ()
    # The lock of an SQLite store lets nobody else in.
    async with (
        service.clockwork.running(alone=service.store.driver.name == "sqlite", also=also),
        outside_followed(service.static_source(), service.loaded, service.client),
        alarmed(service.office, lambda: service.loaded, service.means),
    ):
        yield
