"""Run a service as a process: until a signal asks it to stop."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable

from syndicate.app.service import Service, running
from syndicate.settings.loading import Loaded


async def serve(loaded: Loaded, *, host: str, port: int, on_ready: Callable[[Service], None] = lambda _: None) -> None:
    """Run until SIGTERM or SIGINT; a second signal ends the process at once. Raises StoreError, OSError."""
    stop = stop_signal()
    async with running(loaded, host=host, port=port) as service:
        on_ready(service)
        await stop.wait()


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
