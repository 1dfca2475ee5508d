"""The one guarded way out: requests to other people's servers, bounded in time and size."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import ssl
from collections.abc import Mapping
from datetime import timedelta
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import aiohttp
from yarl import URL

from syndicate import __version__
from syndicate.model.addresses import normalise_web_url
from syndicate.net.exchange import Answer, Failure, FailureKind, Fetched, Timeouts
from syndicate.net.failures import FAILURES, failure_of
from syndicate.net.guard import Guard, Lookup
from syndicate.net.headers import are_sendable
from syndicate.net.inflate import ACCEPTED
from syndicate.net.reading import inflated, read_start, read_within
from syndicate.net.redirects import headers_for, next_hop
from syndicate.net.resolver import GuardedResolver, system_lookup
from syndicate.policy.addresses import Refusal

MAX_ANSWER_BYTES = 64 * 1024
MAX_WIRE_BYTES = 8 * 1024**2
MAX_INFLATED_BYTES = 15 * 1024**2
PUSH = Timeouts()
FETCH = timedelta(seconds=30)
# Shorter than the five seconds after which common servers close, so that a request rarely meets a closing connection.
_KEEP_ALIVE_SECONDS = 4
_DNS_CACHE_SECONDS = 60


class Client:
    """Send requests; use as `async with`. One client serves the whole process; callers limit how many run at once.

    Every connection passes `guard`. No cookies, no proxy or credentials from the environment, TLS always verified
    (`tls` replaces the trusted authorities). `timeouts` hold where `post` and `send` are given none. What servers
    and networks do wrong comes back as a `Failure`.
    """

    def __init__(
        self,
        guard: Guard,
        *,
        base_url: str,
        timeouts: Timeouts = PUSH,
        tls: ssl.SSLContext | None = None,
        lookup: Lookup = system_lookup,
    ) -> None:
        self._guard = guard
        self._agent = f"syndicate/{__version__} (+{base_url})"
        self._timeouts = timeouts
        self._tls = tls
        self._lookup = lookup

    async def __aenter__(self) -> Self:
        self._resolver = GuardedResolver(self._guard, self._lookup)
        if self._guard.own_name:
            # A name that does not resolve from here cannot be called from here either.
            with contextlib.suppress(OSError):
                found = await self._resolver.addresses(*self._guard.own_name)
                self._guard.learn_own(info[4][0] for info in found)
        self._session = _session(self._guard, self._resolver, self._tls, self._agent)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    async def post(
        self, url: str, *, body: bytes, headers: Mapping[str, str], timeouts: Timeouts | None = None
    ) -> Answer | Failure:
        """POST `body` and return the answer, with the first 64 KiB of its body. Redirects are never followed."""
        return await self.send("POST", url, body=body, headers=headers, timeouts=timeouts)

    async def send(
        self,
        method: str,
        url: str,
        *,
        body: bytes | None,
        headers: Mapping[str, str],
        timeouts: Timeouts | None = None,
        max_answer_bytes: int = MAX_ANSWER_BYTES,
    ) -> Answer | Failure:
        """Send one request of any method, as `post`; of its answer the first `max_answer_bytes` are read."""
        address = self._admit(url, headers)
        if isinstance(address, Failure):
            return address
        loop = asyncio.get_running_loop()
        started = loop.time()
        # The answer is read for its first bytes only, so that it is asked for uncompressed.
        asked = {"Accept-Encoding": "identity", **headers}
        try:
            async with self._session.request(
                method,
                address,
                data=body,
                headers=asked,
                allow_redirects=False,
                timeout=_client_timeout(timeouts or self._timeouts),
            ) as response:
                start, complete = await read_start(response, max_answer_bytes)
                elapsed = timedelta(seconds=loop.time() - started)
                return Answer(response.status, response.headers, start, complete, elapsed)
        except FAILURES as error:
            return failure_of(error)

    async def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str],
        max_wire_bytes: int = MAX_WIRE_BYTES,
        max_inflated_bytes: int = MAX_INFLATED_BYTES,
        total: timedelta = FETCH,
        redirects: int = 5,
    ) -> Fetched | Failure:
        """Fetch a document within `total`, following redirects that are no less safe than the first address.

        Other statuses than 200 come back like it; the caller judges them.
        """
        asked = {"Accept-Encoding": ACCEPTED, **headers}
        try:
            async with asyncio.timeout(total.total_seconds()):
                found = await self._follow(url, asked, hops=redirects, limit=max_wire_bytes)
                return found if isinstance(found, Failure) else await inflated(found, max_inflated_bytes)
        except TimeoutError:
            return Failure(FailureKind.TIMEOUT, "no answer in time", began=True)

    async def may_carry_secrets(self, url: str) -> bool:
        """Tell whether credentials may be sent there: over TLS, or to a network the operator opened."""
        parts = urlsplit(url)
        if parts.scheme == "https":
            return True
        try:
            found = await self._resolver.addresses(parts.hostname or "", parts.port or 80)
        except OSError:
            return False
        return bool(found) and all(self._guard.is_opened(info[4][0]) for info in found)

    async def _follow(self, url: str, headers: Mapping[str, str], *, hops: int, limit: int) -> Fetched | Failure:
        found = await self._get_once(url, headers, limit)
        while isinstance(found, Fetched) and (target := next_hop(found)) is not None:
            if isinstance(target, Failure):
                return target
            if hops == 0:
                return Failure(FailureKind.PROTOCOL, "too many redirects", began=True)
            hops -= 1
            headers = headers_for(target, coming_from=found.url, headers=headers)
            found = await self._get_once(target, headers, limit)
        return found

    async def _get_once(self, url: str, headers: Mapping[str, str], limit: int) -> Fetched | Failure:
        address = self._admit(url, headers)
        if isinstance(address, Failure):
            return address
        try:
            async with self._session.get(address, headers=headers, allow_redirects=False) as response:
                body = await read_within(response, limit)
                if isinstance(body, Failure):
                    return body
                return Fetched(str(address), response.status, response.headers, body)
        except FAILURES as error:
            return failure_of(error)

    def _admit(self, url: str, headers: Mapping[str, str]) -> URL | Failure:
        try:
            address = _address(url)
        except ValueError:  # Its text may quote the host with a password before it.
            return Failure(FailureKind.BLOCKED, str(Refusal.UNREADABLE), began=False)
        if refusal := self._guard.judge_url(str(address)):
            return Failure(FailureKind.BLOCKED, str(refusal), began=False)
        if not are_sendable(headers):
            return Failure(FailureKind.PROTOCOL, "a header holds characters that may not be sent", began=False)
        return address


@functools.lru_cache(maxsize=512)
def _address(url: str) -> URL:
    # Normalised once; a second quoting could change what a signed query says.
    return URL(normalise_web_url(url), encoded=True)


def _session(guard: Guard, resolver: GuardedResolver, tls: ssl.SSLContext | None, agent: str) -> aiohttp.ClientSession:
    connector = aiohttp.TCPConnector(
        socket_factory=guard.open_socket,
        resolver=resolver,
        ttl_dns_cache=_DNS_CACHE_SECONDS,
        keepalive_timeout=_KEEP_ALIVE_SECONDS,
        limit=0,
        ssl=tls or True,
    )
    return aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": agent},
        auto_decompress=False,
        trust_env=False,
        # Of one hop of a fetch; the total is kept around all of them.
        timeout=_client_timeout(PUSH, bounded=False),
    )


@functools.lru_cache(maxsize=32)
def _client_timeout(timeouts: Timeouts, *, bounded: bool = True) -> aiohttp.ClientTimeout:
    total = timeouts.total.total_seconds()
    return aiohttp.ClientTimeout(
        total=total if bounded else None,
        # For all addresses together, and before the total: aiohttp does not tell where in a request that ran out.
        connect=total * 3 / 4,
        sock_connect=timeouts.connect.total_seconds(),
        sock_read=timeouts.read.total_seconds(),
    )
