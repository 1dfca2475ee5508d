"""Names to addresses: in bounded time, and only those that may be called."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Sequence
from datetime import timedelta

from aiohttp.abc import AbstractResolver, ResolveResult

from syndicate.net.guard import AddrInfo, BlockedError, Guard, Lookup

DNS_TIMEOUT = timedelta(seconds=3)
MAX_LOOKUPS = 64


def system_lookup(host: str, port: int) -> Sequence[AddrInfo]:
    """Ask the system's resolver for stream addresses."""
    return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)


class GuardedResolver(AbstractResolver):
    """Resolve names and drop forbidden addresses, so that the others of the same name can be tried (B44).

    A lookup runs in a thread of its own that nobody waits for: a hung one blocks neither other lookups
    nor the end of the process, as it would in the event loop's shared pool.
    """

    def __init__(self, guard: Guard, lookup: Lookup, *, timeout: timedelta = DNS_TIMEOUT) -> None:
        self._guard = guard
        self._lookup = lookup
        self._timeout = timeout.total_seconds()
        self._slots = asyncio.Semaphore(MAX_LOOKUPS)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found = [info for info in await self.addresses(host, port) if family in (socket.AF_UNSPEC, info[0])]
        refusals = [self._guard.judge(info[4][0], port) for info in found]
        results = [_result(host, port, info) for info, refusal in zip(found, refusals, strict=True) if refusal is None]
        if not results and (refusal := next(filter(None, refusals), None)):
            raise BlockedError(refusal)
        return results

    async def addresses(self, host: str, port: int) -> Sequence[AddrInfo]:
        """Return every address of a name; raises OSError when there is none or the time is over."""
        try:
            async with asyncio.timeout(self._timeout):
                await self._slots.acquire()
                return await self._look_up(host, port)
        except TimeoutError as error:
            raise OSError("the name server did not answer in time") from error

    def _look_up(self, host: str, port: int) -> asyncio.Future[Sequence[AddrInfo]]:
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Sequence[AddrInfo]] = loop.create_future()

        def settle(found: Sequence[AddrInfo] | OSError) -> None:
            # The slot is given back by the thread, not by the caller: what is bounded is the threads.
            self._slots.release()
            if not answer.done():
                _settle(answer, found)

        def work() -> None:
            found = _found(self._lookup, host, port)
            # The loop may have been closed while the name server was silent.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(settle, found)

        threading.Thread(target=work, name="dns", daemon=True).start()
        return answer

    async def close(self) -> None:
        """Leave running lookups to end by themselves."""


def _found(lookup: Lookup, host: str, port: int) -> Sequence[AddrInfo] | OSError:
    try:
        return lookup(host, port)
    except OSError as error:
        return error
    except UnicodeError:  # A label that is too long or empty: raised by the codec, not by the resolver.
        return OSError("the host name is not valid")


def _settle(answer: asyncio.Future[Sequence[AddrInfo]], found: Sequence[AddrInfo] | OSError) -> None:
    if isinstance(found, OSError):
        answer.set_exception(found)
    else:
        answer.set_result(found)


def _result(host: str, port: int, info: AddrInfo) -> ResolveResult:
    return ResolveResult(
        hostname=host,
        host=info[4][0],
        port=port,
        family=info[0],
        proto=info[2],
        flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
    )
