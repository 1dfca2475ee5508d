"""One bucket of an object store, reached by obstore through a gate of ours: obstore opens its connections itself."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from obstore.exceptions import PermissionDeniedError
from obstore.store import ObjectStore, from_url

from syndicate import __version__
from syndicate.connectors.buckets.refusals import PlainTextError, UnsendableError
from syndicate.errors import ConfigurationError, Violation
from syndicate.net.dialer import Dialer
from syndicate.net.gate import MAX_ANSWER_BYTES, Gate
from syndicate.net.headers import are_sendable

_CONNECT = timedelta(seconds=10)
_ENDPOINTS = {
    "s3": "https://s3.{region}.amazonaws.com",
    "gs": "https://storage.googleapis.com",
    "az": "https://{account}.blob.core.windows.net",
}

# Variables of the environment that obstore heeds before what it is given.
_OVERRIDING = frozenset({"AWS_ENDPOINT_URL_S3"})


@dataclass(frozen=True)
class Keys:
    """`secret_key` is S3's secret key, Azure's account key, or the JSON of a Google service account."""

    access_key: str | None
    secret_key: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Location:
    """Where a bucket is and a prefix in it; `authority` is the PEM file behind its certificate, if not a public one.

    `timeout` bounds one request, `max_answer_bytes` what comes back of one over TLS.
    """

    url: str
    endpoint: str | None = None
    region: str = "us-east-1"
    account: str | None = None
    authority: bytes | None = None
    timeout: timedelta = timedelta(seconds=60)
    max_answer_bytes: int = MAX_ANSWER_BYTES

    @property
    def kind(self) -> str:
        return kind_of(self.url)

    @property
    def address(self) -> str:
        """The store's own address."""
        return self.endpoint or _ENDPOINTS[self.kind].format(region=self.region, account=self.account)


class Bucket:
    """Objects below the prefix of one bucket; methods raise `refusals.FAILURES`.

    Every connection over TLS is dialled through `dialer`'s guard, wherever the store redirects to. Unencrypted ones
    are made only to the endpoint itself, and only where all its addresses are of a network that the operator opened.
    """

    def __init__(self, location: Location, keys: Keys, dialer: Dialer) -> None:
        """Raise ConfigurationError for what no request can carry."""
        _refuse_unsendable(region=location.region, access_key=keys.access_key, session_token=keys.session_token)
        self._location = location
        self._keys = keys
        self._endpoint = urlsplit(location.address)
        self._dialer = dialer
        self._turn = asyncio.Lock()
        self._gate: Gate | None = None
        self._store: ObjectStore | None = None

    @property
    def url(self) -> str:
        """Where it is, for people."""
        return self._location.url

    async def reach(self) -> None:
        """Judge where the store is: obstore would only say that it cannot connect."""
        host, port = self._endpoint.hostname or "", self._port
        if not self._encrypted and not await self._dialer.may_carry_secrets(host, port):
            raise PlainTextError("credentials go only over TLS, or to a network of [network] allow_private")
        (await self._dialer.dial(host, port)).close()

    async def size(self, path: str) -> int | None:
        """Return an object's length, None where there is none or we may not know."""
        try:
            found = await (await self._opened()).head_async(path)
        # To those who may not list a bucket S3 says that an object is forbidden which is not there.
        except (FileNotFoundError, PermissionDeniedError):
            return None
        return found["size"]

    async def read(self, path: str) -> bytes | None:
        """Return an object's bytes, None where there is none."""
        try:
            found = await (await self._opened()).get_async(path)
        except FileNotFoundError:
            return None
        return bytes(await found.bytes_async())

    async def put(self, path: str, data: bytes, attributes: Mapping[str, str]) -> None:
        """Write an object in one request, so that it is replaced whole.

        `attributes` are the headers it is served with; names that HTTP does not know become metadata.
        """
        if not are_sendable(attributes):
            raise UnsendableError("a header of the object holds characters that may not be sent")
        await (await self._opened()).put_async(path, data, attributes=dict(attributes), use_multipart=False)

    async def remove(self, path: str) -> None:
        """Remove an object; one that is not there is no error."""
        with contextlib.suppress(FileNotFoundError):
            await (await self._opened()).delete_async(path)

    async def aclose(self) -> None:
        """Close the gate."""
        gate, self._gate, self._store = self._gate, None, None
        if gate is not None:
            await gate.aclose()

    @property
    def _encrypted(self) -> bool:
        return self._endpoint.scheme == "https"

    @property
    def _port(self) -> int:
        return self._endpoint.port or (443 if self._encrypted else 80)

    async def _opened(self) -> ObjectStore:
        async with self._turn:
            if self._store is None:
                self._gate = Gate(self._dialer, {443, self._port}, max_answer_bytes=self._location.max_answer_bytes)
                await self._gate.open()
                self._store = self._made(self._gate)
            return self._store

    def _made(self, gate: Gate) -> ObjectStore:
        client: dict[str, Any] = {
            "allow_http": not self._encrypted,
            "connect_timeout": _CONNECT,
            "timeout": self._location.timeout,
            # The gate measures answers by what was sent last, which is a request only where they take turns.
            "http1_only": True,
            # Also keeps obstore from proxies that the environment names.
            "proxy_url": gate.url,
            "user_agent": f"syndicate/{__version__}",
        }
        if not self._encrypted:
            client["proxy_excludes"] = self._endpoint.hostname
        if self._location.authority is not None:
            client["root_certificate"] = self._location.authority
        # Trying again is the business of the retry table.
        retry: Any = {"max_retries": 0, "retry_timeout": self._location.timeout}
        more = {"credential_provider": self._s3_keys} if self._location.kind == "s3" else {}
        return from_url(self._location.url, config=self._config(), client_options=client, retry_config=retry, **more)  # type: ignore[call-overload, no-any-return]  # its overloads are by scheme

    def _config(self) -> dict[str, Any]:
        """Return what is the store's own; keys that the environment may set as well are always given."""
        address = self._endpoint.geturl().rstrip("/")
        match self._location.kind:
            case "gs":
                return {"service_account_key": self._keys.secret_key, "skip_signature": False}
            case "az":
                return {
                    "account_name": self._location.account,
                    "account_key": self._keys.secret_key,
                    "endpoint": address,
                    "skip_signature": False,
                    "use_emulator": False,
                }
        return {
            "endpoint": address,
            "region": self._location.region,
            "skip_signature": False,
            "unsigned_payload": False,
            "virtual_hosted_style_request": False,
            "disable_bulk_delete": True,
        }

    def _s3_keys(self) -> dict[str, Any]:
        """Return the keys so that nothing of the environment, such as a session's token, joins them."""
        keys = self._keys
        return {
            "access_key_id": keys.access_key,
            "secret_access_key": keys.secret_key,
            "token": keys.session_token,
            "expires_at": None,
        }


def kind_of(url: str) -> str:
    """Return the scheme of a bucket's address."""
    return url.partition(":")[0]


def _refuse_unsendable(**options: str | None) -> None:
    """They stand in headers, and obstore panics over what no header can hold."""
    for name, text in options.items():
        if text is not None and not (text.isascii() and text.isprintable()):
            violation = Violation(name, "holds characters that no request can carry")
            raise ConfigurationError("the object store cannot be reached like this", [violation])


def refuse_overriding(environ: Mapping[str, str]) -> None:
    """Raise ConfigurationError where the environment would lead to another store than the one declared."""
    for name in sorted(_OVERRIDING & environ.keys()):
        violation = Violation("endpoint", f"would be overridden by {name} of the environment; unset that")
        raise ConfigurationError("the object store would be another than is declared", [violation])
