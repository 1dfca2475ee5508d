"""Open connections: how many there may be, and what becomes of those that stop taking their answer."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

logger = logging.getLogger(__name__)

TELL_EVERY = timedelta(minutes=1)
_FULL = (
    b"HTTP/1.1 503 Service Unavailable\r\nServer: syndicate\r\nRetry-After: 5\r\n"
    b"Content-Length: 0\r\nConnection: close\r\n\r\n"
)


@dataclass(frozen=True)
class ConnectionLimits:
    """`is_exempt` tells of addresses behind which many clients stand: a trusted proxy, this machine."""

    total: int
    per_address: int
    stall_timeout: timedelta
    is_exempt: Callable[[str], bool]


@dataclass
class _Progress:
    """How much of an answer is still to be taken, and since when it is that much. In seconds of the loop's clock."""

    waiting_bytes: int
    since: float


class Doorkeeper:
    """Makes the protocol of each connection, for `loop.create_server`; turns away what is too many."""

    def __init__(self, make: Callable[[], asyncio.BaseProtocol], limits: ConnectionLimits) -> None:
        self.make = make
        self._limits = limits
        self._open: dict[asyncio.Transport, _Progress] = {}
        self._of_address: defaultdict[str, set[asyncio.Transport]] = defaultdict(set)
        self._refused = 0
        self._told_at = float("-inf")

    def __call__(self) -> asyncio.Protocol:
        return _Arrival(self)

    @property
    def number(self) -> int:
        """How many connections are open."""
        self._forget_closed()
        return len(self._open)

    def admit(self, transport: asyncio.Transport, *, now: float) -> bool:
        """Count a connection that fits, and tell whether it does."""
        address = _address(transport)
        if self._is_full(address):
            self._forget_closed()
            if self._is_full(address):
                self._refused += 1
                return False
        self._open[transport] = _Progress(0, now)
        self._of_address[address].add(transport)
        return True

    def sweep(self, *, now: float) -> None:
        """Abort connections whose clients took nothing of their answer for too long. Call it every second or so."""
        self._forget_closed()
        for transport, progress in self._open.items():
            waiting_bytes = transport.get_write_buffer_size()
            if waiting_bytes == 0 or waiting_bytes != progress.waiting_bytes:
                progress.waiting_bytes, progress.since = waiting_bytes, now
            elif now - progress.since >= self._limits.stall_timeout.total_seconds():
                transport.abort()
        self._tell_refusals(now)

    def _is_full(self, address: str) -> bool:
        if len(self._open) >= self._limits.total:
            return True
        one_client = not self._limits.is_exempt(address)
        return one_client and len(self._of_address.get(address, ())) >= self._limits.per_address

    def _forget_closed(self) -> None:
        for transport in [each for each in self._open if _is_closed(each)]:
            del self._open[transport]
            theirs = self._of_address[_address(transport)]
            theirs.discard(transport)
            if not theirs:
                del self._of_address[_address(transport)]

    def _tell_refusals(self, now: float) -> None:
        # One line a minute: a flood must not fill the log too.
        if self._refused and now - self._told_at >= TELL_EVERY.total_seconds():
            logger.warning("connections.refused", extra={"refused": self._refused, "open": len(self._open)})
            self._refused, self._told_at = 0, now


class _Arrival(asyncio.Protocol):
    """A connection before it is let in."""

    def __init__(self, keeper: Doorkeeper) -> None:
        self._keeper = keeper

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        if not self._keeper.admit(transport, now=asyncio.get_running_loop().time()):
            transport.write(_FULL)
            transport.close()
            return
        protocol = self._keeper.make()
        transport.set_protocol(protocol)
        protocol.connection_made(transport)


def _address(transport: asyncio.Transport) -> str:
    peer = transport.get_extra_info("peername")
    return str(peer[0]) if peer else ""


def _is_closed(transport: asyncio.Transport) -> bool:
    """Tell whether the descriptor is gone; a closing connection still has it while its client does not read."""
    socket = transport.get_extra_info("socket")
    return socket is None or socket.fileno() < 0
