"""Run a service as a process: until a signal asks it to stop."""

from __future__ import annotations

import asyncio
import gc
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from syndicate.app.control import controlled
from syndicate.app.reloading import Reread, tell_warnings
from syndicate.app.service import Role, Service, running
from syndicate.errors import ConfigurationError, Violation
from syndicate.settings.loading import Loaded


async def serve(
    loaded: Loaded,
    *,
    host: str,
    port: int,
    role: Role = Role.ALL,
    on_ready: Callable[[Service], None] = lambda _: None,
) -> None:
    """Run until SIGTERM or SIGINT; a second signal ends the process at once.

    Raises StoreError, ConfigurationError, PortTakenError.
    """
    stop = stop_signal()
    refuse_lone_role(role, loaded.settings.store.url)
    tell_warnings(loaded)
    async with served(loaded, host=host, port=port, role=role) as service:
        tune_collector()
        on_ready(service)
        await stop.wait()


def tune_collector() -> None:
    """Take what start-up made out of the garbage collector's sight, and let it look less often.

    Libraries and declarations live as long as the process. Walking them again and again cost a fifth of a
    delivery's time; what requests and deliveries leave behind is freed by counting references.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)


@asynccontextmanager
async def served(
    loaded: Loaded, *, host: str, port: int, role: Role = Role.ALL, reread: Reread | None = None
) -> AsyncIterator[Service]:
    """Run a service that also answers commands, until the block ends."""
    async with running(loaded, host=host, port=port, role=role, reread=reread) as service, controlled(service):
        yield service


def stop_signal() -> asyncio.Event:
    """Return an event that SIGTERM or SIGINT sets; the same signal again ends the process at once."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def asked_to_stop(number: signal.Signals) -> None:
        stop.set()
        # Who asks twice means now.
        loop.remove_signal_handler(number)

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, asked_to_stop, number)
    return stop


def refuse_lone_role(role: Role, store_url: str) -> None:
    """Refuse to run a part of a service over a store that only one process may open. Raises ConfigurationError."""
    if role is not Role.ALL and store_url.startswith("sqlite:"):
        reason = f"must be postgresql://… for --role {role}; an SQLite file serves one process, with --role all"
        raise ConfigurationError("roles apart need PostgreSQL", [Violation("store.url", reason)])
