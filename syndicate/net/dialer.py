"""Guarded connections for protocols other than HTTP: a socket that passed the gate, for whoever speaks on it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from datetime import timedelta

from syndicate.net.guard import AddrInfo, BlockedError, Guard, Lookup
from syndicate.net.resolver import GuardedResolver, system_lookup

CONNECT = timedelta(seconds=5)
# A name may have hundreds of addresses, and its owner may mean harm; so many that are silent are waited for.
_SILENT_ADDRESSES = 3


class Dialer:
    """Open TCP connections to hosts that an operator named, through the same gate as every other call.

    Their port is the operator's, too: it needs no place in [network] ports.
    """

    def __init__(self, guard: Guard, *, connect: timedelta = CONNECT, lookup: Lookup = system_lookup) -> None:
        self._guard = guard
        self._resolver = GuardedResolver(guard, lookup)
        self._connect_seconds = connect.total_seconds()

    async def dial(self, host: str, port: int) -> socket.socket:
        """Return a connected socket that does not block; the caller closes it.

        Raises OSError: BlockedError for an address that must not be called, TimeoutError after five seconds each,
        and after fifteen whatever their number.
        """
        found = await self._resolver.addresses(host, port)
        async with asyncio.timeout(_SILENT_ADDRESSES * self._connect_seconds):
            return await self._first_of(found, self._guard.with_port(port))

    async def _first_of(self, found: Sequence[AddrInfo], guard: Guard) -> socket.socket:
        failures: list[OSError] = []
        for info in found:
            try:
                return await self._connect(guard, info)
            except OSError as error:
                failures.append(error)
        # What is forbidden is told only where nothing else went wrong.
        tried = [error for error in failures if not isinstance(error, BlockedError)]
        raise next(iter(tried or failures), OSError("the name has no address"))

    async def may_carry_secrets(self, host: str, port: int) -> bool:
        """Tell whether credentials may go there without encryption: to a network the operator opened."""
        try:
            found = await self._resolver.addresses(host, port)
        except OSError:
            return False
        return bool(found) and all(self._guard.is_opened(info[4][0]) for info in found)

    async def _connect(self, guard: Guard, info: AddrInfo) -> socket.socket:
        made = guard.open_socket(info)
        made.setblocking(False)  # the socket's own signature
        try:
            async with asyncio.timeout(self._connect_seconds):
                await asyncio.get_running_loop().sock_connect(made, info[4])
        except BaseException:
            made.close()
            raise
        return made
