"""One running service: its store, its clockwork and its web server, put together from a configuration."""

from __future__ import annotations

import asyncio
import logging
import random
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from aiohttp import web

from syndicate.actions.adopt import adopt
from syndicate.actions.editions import Editions
from syndicate.actions.office import Office
from syndicate.app.connections import Connections
from syndicate.clock import Clock, SystemClock
from syndicate.media.storage import DirectoryStorage
from syndicate.model.declarations import Declarations
from syndicate.net.client import Client
from syndicate.net.guard import Guard
from syndicate.policy.signing import decode_secret
from syndicate.sandbox.pool import Sandbox
from syndicate.settings.loading import Loaded
from syndicate.store.store import Store, driver_for
from syndicate.web.app import build_app
from syndicate.web.context import WebContext
from syndicate.worker.clockwork import Clockwork
from syndicate.worker.dispatch import Dispatcher

logger = logging.getLogger(__name__)

KEEPALIVE_SECONDS = 15.0
BACKLOG = 512


def new_id(prefix: str) -> str:
    """Make an unguessable identifier such as `msg_5f0c…`; 24 random bytes."""
    return f"{prefix}_{secrets.token_hex(24)}"


class Service:
    """Everything one instance consists of. Use `running` or `opened`; both close what they opened."""

    def __init__(self, loaded: Loaded, store: Store, client: Client, clock: Clock) -> None:
        self.loaded = loaded
        self.store = store
        self.client = client
        self.clock = clock
        self.office = Office(store, clock.now, new_id)
        self.editions = Editions(self.office)
        self.connections = Connections(client, clock.now)
        self.sandbox = Sandbox()
        self.pictures = DirectoryStorage(Path(loaded.settings.media.url.removeprefix("file:")))
        self.dispatcher = Dispatcher(self.office, self.connections, jitter=random.random)
        self.clockwork = Clockwork(self.office, self.dispatcher, self.reload)
        self._upstream_keys: dict[str, tuple[bytes, ...]] = {}

    @property
    def declarations(self) -> Declarations:
        return self.loaded.declarations

    async def use(self, loaded: Loaded) -> bool:
        """Put a configuration in force; tells whether it changed what is declared. Raises ConfigurationError."""
        connectors = self.connections.prepare(loaded)
        keys = _upstream_keys(loaded)
        changed = await adopt(self.office, loaded.declarations)
        await self.connections.replace(loaded, connectors)
        self._upstream_keys = keys
        self.loaded = loaded
        self.dispatcher.wake()
        return changed is not None

    async def reload(self) -> None:
        """Look whether the files changed; a broken change is refused and told, what runs stays."""

    def upstream_keys(self, name: str) -> Sequence[bytes]:
        return self._upstream_keys.get(name, ())

    def web_app(self) -> web.Application:
        limits = self.loaded.settings.limits
        return build_app(
            WebContext(
                office=self.office,
                editions=self.editions,
                pictures=self.pictures,
                declarations=lambda: self.declarations,
                upstream_keys=self.upstream_keys,
                problems=self.clockwork.problems,
                max_record_bytes=limits.record_bytes,
                max_picture_bytes=limits.picture_bytes,
            )
        )


def _upstream_keys(loaded: Loaded) -> dict[str, tuple[bytes, ...]]:
    return {
        upstream.name: tuple(decode_secret(text) for text in loaded.secrets.upstream(upstream.name, "signing_secret"))
        for upstream in loaded.declarations.upstreams
        if upstream.kind == "push"
    }


@asynccontextmanager
async def opened(loaded: Loaded, *, clock: Clock | None = None) -> AsyncIterator[Service]:
    """Open a service without running it: for commands. Raises StoreError, ConfigurationError."""
    settings = loaded.settings
    store = Store(driver_for(settings.store.url, root=Path()))
    async with AsyncExitStack() as stack:
        await asyncio.to_thread(store.open)
        stack.push_async_callback(asyncio.to_thread, store.close)
        guard = Guard(allow_private=settings.network.allow_private, base_url=settings.service.base_url)
        client = await stack.enter_async_context(Client(guard, base_url=settings.service.base_url))
        service = Service(loaded, store, client, clock or SystemClock())
        stack.push_async_callback(service.connections.aclose)
        stack.push_async_callback(service.sandbox.close)
        await service.use(loaded)
        await service.editions.start()
        yield service


@asynccontextmanager
async def running(loaded: Loaded, *, host: str, port: int, clock: Clock | None = None) -> AsyncIterator[Service]:
    """Run a service: its web server and its clockwork, until the block ends; a graceful stop takes at most 25 s."""
    async with opened(loaded, clock=clock) as service, serving(service, service.web_app()) as runner:
        await web.TCPSite(runner, host, port, backlog=BACKLOG).start()
        logger.info("service.started", extra={"host": host, "port": port})
        yield service


@asynccontextmanager
async def serving(service: Service, app: web.Application) -> AsyncIterator[web.AppRunner]:
    """Run the clockwork of an open service and its web application; the caller says where it listens."""
    runner = web.AppRunner(app, keepalive_timeout=KEEPALIVE_SECONDS, access_log=None, shutdown_timeout=5.0)
    await runner.setup()
    try:
        async with service.clockwork.running():
            yield runner
    finally:
        await runner.cleanup()
