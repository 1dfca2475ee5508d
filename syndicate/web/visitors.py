"""Who asks: the client's address behind trusted proxies, and what one address may do in a minute."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from aiohttp import web

from syndicate.errors import TooManyRequestsError
from syndicate.web.allowance import Allowance

Network = IPv4Network | IPv6Network
MINUTE = timedelta(minutes=1)
# One subscriber of an IPv6 network has at least that much of it.
_IPV6_SUBSCRIBER_BITS = 64


class Visitors:
    """Tells clients apart and counts what they may not do without end."""

    def __init__(
        self,
        *,
        trusted_proxies: Sequence[Network],
        failed_logins_per_minute: int,
        feed_requests_per_minute: int,
        writes_per_second: int | None,
    ) -> None:
        self._trusted = tuple(trusted_proxies)
        self._failed_logins = Allowance(failed_logins_per_minute, MINUTE)
        self._feed_requests = Allowance(feed_requests_per_minute, MINUTE)
        self._writes = Allowance(writes_per_second, timedelta(seconds=1)) if writes_per_second else None
        self._is_trusted = lru_cache(maxsize=1024)(self._lies_in_trusted)

    def address(self, request: web.Request) -> str:
        """Return the client's address: the connection's, or what a trusted proxy says of it."""
        nearest = request.remote or ""
        if not self._trusted:
            return nearest
        # From the right: each trusted proxy vouches for the one before it, and for nothing further left.
        forwarded = ",".join(request.headers.getall("X-Forwarded-For", ())).split(",")
        while self._is_trusted(nearest) and forwarded and (before := _bare(forwarded.pop())) is not None:
            nearest = before
        return nearest

    def note_failed_login(self, request: web.Request, now: datetime) -> None:
        """Count a wrong token or signature; raises TooManyRequestsError where the address showed too many.

        A right one always passes: wrong ones must not shut it out, and it cannot be guessed at any rate.
        """
        subscriber = _subscriber(self.address(request))
        _refuse(self._failed_logins.wait(subscriber, now), "too many failed logins from this address")
        self._failed_logins.take(subscriber, now)

    def count_write(self, token_id: str, now: datetime) -> None:
        """Raise TooManyRequestsError where a token writes faster than the configuration allows."""
        if self._writes is not None:
            _refuse(self._writes.wait(token_id, now), "too many writes with this token")
            self._writes.take(token_id, now)

    def is_shared(self, address: str) -> bool:
        """Tell whether many clients stand behind an address: a proxy we know, or one of our own machine.

        One on our own machine may be a proxy nobody told us of; its readers must not share one allowance.
        """
        return _is_loopback(address) or self._is_trusted(address)

    def is_counted(self, request: web.Request) -> bool:
        """Tell whether the client has an allowance of feed requests."""
        return not self.is_shared(self.address(request) if self._trusted else request.remote or "")

    def count_feed_request(self, request: web.Request, name: str, now: datetime) -> None:
        """Raise TooManyRequestsError where an address asks for the whole of one feed again and again."""
        key = f"{_subscriber(self.address(request))} {name}"
        _refuse(self._feed_requests.wait(key, now), "too many requests for this feed; send If-None-Match")
        self._feed_requests.take(key, now)

    def _lies_in_trusted(self, address: str) -> bool:
        parsed = _parse(address)
        return parsed is not None and any(parsed in network for network in self._trusted)


def _refuse(wait: timedelta, message: str) -> None:
    if wait > timedelta(0):
        raise TooManyRequestsError(message, retry_after_seconds=math.ceil(wait.total_seconds()))


def _parse(address: str) -> IPv4Address | IPv6Address | None:
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return None
    return parsed.ipv4_mapped or parsed if isinstance(parsed, IPv6Address) else parsed


def _bare(part: str) -> str | None:
    """Read one part of X-Forwarded-For: an address, perhaps in brackets, perhaps with a port."""
    text = part.strip()
    host = text[1:].partition("]")[0] if text.startswith("[") else text
    if host.count(":") == 1:
        host = host.partition(":")[0]
    return str(parsed) if (parsed := _parse(host)) is not None else None


@lru_cache(maxsize=1024)
def _is_loopback(address: str) -> bool:
    return (parsed := _parse(address)) is not None and parsed.is_loopback


def _subscriber(address: str) -> str:
    """Return what one subscriber's requests have in common: the IPv4 address, or the IPv6 network."""
    parsed = _parse(address)
    if isinstance(parsed, IPv6Address):
        return str(IPv6Network((parsed, _IPV6_SUBSCRIBER_BITS), strict=False))
    return address if parsed is None else str(parsed)
