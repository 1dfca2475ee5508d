"""The gate every outgoing connection passes at the moment it is made, whatever name or literal led there."""

from __future__ import annotations

import copy
import functools
import socket
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any
from urllib.parse import urlsplit

from syndicate.policy.addresses import PORTS, Network, Refusal, is_allowed, judge_endpoint, parse_address

# family, type, protocol, canonical name, socket address: as getaddrinfo gives them.
AddrInfo = tuple[int, int, int, str, tuple[Any, ...]]
# Resolve a host and a port; `socket.getaddrinfo` and its failures.
Lookup = Callable[[str, int], Sequence[AddrInfo]]


class BlockedError(OSError):
    """A connection that must not be made; an OSError so that the next address of the same name is tried."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal


def is_local(ip: str) -> bool:
    """Tell whether `ip` is of this machine: only then would the kernel speak to it from the same address."""
    family = socket.AF_INET6 if ":" in ip else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((ip, 9))  # A datagram socket sends nothing here.
        except OSError:
            return False
        return bool(probe.getsockname()[0] == ip)


class Guard:
    """Decide about addresses: public ones on `ports`, and those in `allow_private`, but never the service itself.

    `base_url` is the service's own address; `ports` do not bind the networks of `allow_private`.
    """

    def __init__(
        self,
        *,
        allow_private: Collection[Network] = (),
        base_url: str | None = None,
        ports: Collection[int] = PORTS,
        local: Callable[[str], bool] = is_local,
    ) -> None:
        self._allowed = tuple(allow_private)
        self._ports = frozenset(ports)
        self._is_local = local
        self._own_name = _host_and_port(base_url) if base_url else None
        self._own_addresses: frozenset[tuple[str, int]] = frozenset()

    @property
    def own_name(self) -> tuple[str, int] | None:
        """The service's own host and port, if they are known."""
        return self._own_name

    def learn_own(self, ips: Iterable[str]) -> None:
        """Take note of the addresses of the service's own name, so that another name for them is recognised."""
        port = self._own_name[1] if self._own_name else 0
        self._own_addresses = frozenset((str(parse_address(ip)), port) for ip in ips)

    def with_port(self, port: int) -> Guard:
        """Return the same gate for a port that an operator named for one partner."""
        other = copy.copy(self)
        other._ports = self._ports | {port}
        return other

    def judge_url(self, url: str) -> Refusal | None:
        """Refuse what the address alone tells; the connection is judged again when it is made."""
        if not url.startswith(("http://", "https://")):
            return Refusal.SCHEME
        return Refusal.OWN if _host_and_port(url) == self._own_name else None

    def judge(self, ip: str, port: int) -> Refusal | None:
        """Return why a connection to `ip` and `port` is refused, or None."""
        if refusal := judge_endpoint(ip, port, allowed=self._allowed, ports=self._ports):
            return refusal
        address = parse_address(ip)
        assert address is not None
        if is_allowed(address, self._allowed):
            return Refusal.OWN if (str(address), port) in self._own_addresses else None
        return Refusal.OWN if self._is_local(str(address)) else None

    def is_opened(self, ip: str) -> bool:
        """Tell whether the operator opened the network of `ip`, so that it may be called without TLS."""
        address = parse_address(ip)
        return address is not None and is_allowed(address, self._allowed)

    def open_socket(self, info: AddrInfo) -> socket.socket:
        """Make the socket for one address; raises BlockedError before anything is sent to a forbidden one."""
        family, kind, protocol, _, address = info
        if refusal := self.judge(address[0], address[1]):
            raise BlockedError(refusal)
        # The fourth part of an IPv6 address is its scope, whose text form the rule above never sees.
        if len(address) == 4 and address[3]:
            raise BlockedError(Refusal.SCOPED)
        return socket.socket(family, kind, protocol)


@functools.lru_cache(maxsize=512)
def _host_and_port(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return (parts.hostname or "").rstrip("."), port
