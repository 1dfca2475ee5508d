"""A CDN's way in: drop what it keeps under surrogate keys, or address by address."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol
from urllib.parse import urlsplit

from syndicate.net.client import Client
from syndicate.net.exchange import Answer, Failure
from syndicate.policy.purging import joined

# What a CDN takes in one call; some take no more than thirty.
MAX_KEYS = 30
# Method, address, headers, body.
Call = tuple[str, str, Mapping[str, str], bytes | None]


class Stale(Protocol):
    """Surrogate keys, and the paths of the same answers."""

    @property
    def keys(self) -> Sequence[str]: ...
    @property
    def paths(self) -> Sequence[str]: ...


@dataclass(frozen=True)
class CDNOptions:
    """`keys`: POST `url` with the keys, in `tag_header` as Fastly reads them, or as JSON where that is Cache-Tag.

    `urls`: PURGE each path below `url`, for `host`, as Varnish and nginx read it.
    """

    url: str
    method: Literal["keys", "urls"]
    tag_header: str
    token_header: str
    host: str


class CDN:
    """Purges through the guarded client; `token` goes over TLS only, or to a network the operator opened."""

    def __init__(self, options: CDNOptions, token: str | None, client: Client) -> None:
        self._options = options
        self._token = token
        self._client = client

    async def purge(self, stale: Stale) -> str | None:
        """Drop what is stale; returns why not, where that failed."""
        if self._token is not None and not await self._client.may_carry_secrets(self._options.url):
            return "its token may only be sent over https"
        calls = self._by_keys(stale.keys) if self._options.method == "keys" else self._by_paths(stale.paths)
        for method, url, headers, body in calls:
            asked = {**headers, **self._credentials()}
            result = await self._client.send(method, url, body=body, headers=asked)
            if (why := self._refusal(result)) is not None:
                return why
        return None

    def _by_keys(self, keys: Sequence[str]) -> Iterator[Call]:
        header = self._options.tag_header
        for start in range(0, len(keys), MAX_KEYS):
            some = keys[start : start + MAX_KEYS]
            if header.lower() == "cache-tag":
                body = json.dumps({"tags": some}).encode()
                yield "POST", self._options.url, {"Content-Type": "application/json"}, body
            else:
                yield "POST", self._options.url, {header: joined(header, some)}, b""

    def _by_paths(self, paths: Sequence[str]) -> Iterator[Call]:
        for path in paths:
            yield "PURGE", self._options.url.rstrip("/") + path, {"Host": self._options.host}, None

    def _credentials(self) -> Mapping[str, str]:
        if self._token is None:
            return {}
        name = self._options.token_header
        return {name: f"Bearer {self._token}" if name.lower() == "authorization" else self._token}

    def _refusal(self, result: Answer | Failure) -> str | None:
        if isinstance(result, Failure):
            return result.detail
        # 404: it keeps nothing of that address.
        fine = 200 <= result.status < 300 or (self._options.method == "urls" and result.status == 404)
        return None if fine else f"it answered {result.status}"


def host_of(base_url: str) -> str:
    """Return the host that answers are kept for, with its port where it has one."""
    return urlsplit(base_url).netloc
