"""Where outgoing calls may go: public addresses on the web's ports, and what the operator allows besides."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address

PORTS = frozenset({80, 443, 8080, 8443})


class Refusal(StrEnum):
    """Why an outgoing call is not made; safe to show to anybody, for it tells nothing about the target."""

    UNREADABLE = "the address cannot be read"
    SCOPED = "the address has a scope"
    NOT_PUBLIC = "the address is not public"
    OWN = "the address is the service's own"
    PORT = "the port is not one of 80, 443, 8080 and 8443"
    SCHEME = "only http and https are allowed"


# Listed one by one, because ipaddress.is_global calls multicast, NAT64, 6to4 and others global on Python 3.11.
_DENIED_V4 = tuple(
    IPv4Network(block)
    for block in (
        "0.0.0.0/8",  # this network, RFC 1122
        "10.0.0.0/8",  # private, RFC 1918
        "100.64.0.0/10",  # carrier NAT, RFC 6598
        "127.0.0.0/8",  # loopback
        "169.254.0.0/16",  # link-local, and the clouds' metadata
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments, RFC 6890
        "192.0.2.0/24",  # documentation, RFC 5737
        "192.31.196.0/24",  # AS112, RFC 7535
        "192.52.193.0/24",  # AMT, RFC 7450
        "192.88.99.0/24",  # 6to4 relays, RFC 7526
        "192.168.0.0/16",  # private
        "192.175.48.0/24",  # AS112, RFC 7534
        "198.18.0.0/15",  # benchmarking, RFC 2544
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
        "168.63.129.16/32",  # a cloud's host agent, on a public address
    )
)
# Everything outside is special: unspecified, loopback, v4-compatible, NAT64, ULA, link-local, site-local, multicast …
_GLOBAL_V6 = IPv6Network("2000::/3")
_DENIED_V6 = tuple(
    IPv6Network(block)
    for block in (
        "2001::/23",  # Teredo, ORCHID, benchmarking: protocol assignments, RFC 2928
        "2001:db8::/32",  # documentation, RFC 3849
        "2002::/16",  # 6to4, which carries any IPv4 address, RFC 3056
        "2620:4f:8000::/48",  # AS112
        "3fff::/20",  # documentation, RFC 9637
    )
)


def judge_address(ip: str, *, allowed: Collection[Network]) -> Refusal | None:
    """Return why a call to `ip` is refused, or None. `allowed` are networks the operator opened though not public."""
    if "%" in ip:
        return Refusal.SCOPED
    address = _parse(ip)
    if address is None:
        return Refusal.UNREADABLE
    return None if is_allowed(address, allowed) or _is_public(address) else Refusal.NOT_PUBLIC


def judge_endpoint(
    ip: str, port: int, *, allowed: Collection[Network], ports: Collection[int] = PORTS
) -> Refusal | None:
    """Return why a connection to `ip` and `port` is refused, or None; the list of ports is for public addresses."""
    if refusal := judge_address(ip, allowed=allowed):
        return refusal
    address = _parse(ip)
    assert address is not None
    return None if port in ports or is_allowed(address, allowed) else Refusal.PORT


def is_allowed(address: Address, allowed: Collection[Network]) -> bool:
    """Tell whether the operator opened a network that holds the address."""
    return any(address in network for network in allowed if network.version == address.version)


def parse_address(ip: str) -> Address | None:
    """Read an address as connections use it: IPv4 inside IPv6 unwrapped; None for anything else, scopes included."""
    return None if "%" in ip else _parse(ip)


def parse_network(text: str) -> Network:
    """Read a CIDR of `[network] allow_private`; raises ValueError that says what to write."""
    try:
        return ip_network(text, strict=False)
    except ValueError as error:
        raise ValueError('must be a network such as "127.0.0.0/8" or "fd00::/8"') from error


def redact_url(url: str) -> str:
    """Return the URL without what may be secret: user name, password, values of the query, fragment."""
    try:
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
    except ValueError:
        return "(unreadable address)"
    query = "&".join(f"{pair.partition('=')[0]}=***" if "=" in pair else "***" for pair in parts.query.split("&"))
    return f"{parts.scheme}://{host}{parts.path}" + (f"?{query}" if parts.query else "")


def _parse(ip: str) -> Address | None:
    try:
        address = ip_address(ip)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _is_public(address: Address) -> bool:
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _DENIED_V4)
    return address in _GLOBAL_V6 and not any(address in network for network in _DENIED_V6)
