"""Packages of files in an object store: S3 and what speaks like it, Google Cloud Storage, Azure."""

from __future__ import annotations

import os
import re
import ssl
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from syndicate.connectors.buckets.bucket import Bucket, Keys, Location, kind_of, refuse_overriding
from syndicate.connectors.buckets.refusals import FAILURES, refusal_of
from syndicate.connectors.contract import Outcome, Preview, Refused, Sending
from syndicate.connectors.drops import drop
from syndicate.connectors.drops.drop import Packing
from syndicate.connectors.drops.packages import PackageOptions
from syndicate.connectors.means import ConnectorKind, Setting
from syndicate.errors import ConfigurationError, Violation
from syndicate.model.addresses import WebUrl
from syndicate.model.durations import Duration
from syndicate.model.paths import beside_config
from syndicate.model.text import Line

# No empty step and none that leads back: obstore takes such a prefix for another one.
_URL = re.compile(
    r"((s3|gs)://[a-z0-9][a-z0-9._-]{1,221}[a-z0-9]|az://[a-z0-9-]{3,63})(/(?!\.{1,2}(/|$))[A-Za-z0-9._-]+)*/?"
)


def _bucket_url(value: str) -> str:
    if not _URL.fullmatch(value):
        raise ValueError("must be a bucket and a prefix such as s3://bucket/prefix, gs://bucket/prefix, az://container")
    return value


class S3Options(PackageOptions):
    """Where the bucket is."""

    url: Annotated[str, AfterValidator(_bucket_url)] = Field(
        description="The bucket and a prefix in it: s3://bucket/prefix, gs:// for Google, az:// for Azure."
    )
    endpoint: WebUrl | None = Field(
        None,
        description="The store's own address where it is not Amazon's or Azure's; http only to [network] "
        "allow_private.",
    )
    region: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")] = Field(
        "us-east-1", description="The region that requests to S3 are signed for."
    )
    account: Annotated[str, Field(pattern=r"^[a-z0-9]{3,24}$")] | None = Field(
        None, description="Azure's storage account."
    )
    ca_file: Annotated[Path, AfterValidator(beside_config)] | None = Field(
        None, description="PEM file of the authority behind the store's certificate, where it is not a public one."
    )
    cache_control: Line = Field(
        "no-cache", description="The Cache-Control of every object; withdrawn stories stand in caches for as long."
    )
    timeout: Annotated[Duration, Field(gt=timedelta(0), le=timedelta(minutes=4))] = Field(
        timedelta(seconds=60), description="How long one object may take."
    )

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        if self.url.startswith("gs:") and self.endpoint is not None:
            raise ValueError("Google's store has no other endpoint; leave it out")
        if self.url.startswith("az:") and self.account is None:
            raise ValueError("account is required for az://")
        return self


class S3:
    """Drop packages in one bucket."""

    # By the time for each object only, and a package may have many.
    bounded = False
    gathers = False

    def __init__(self, options: S3Options, bucket: Bucket, packing: Packing) -> None:
        self._packing = packing
        self._bucket = bucket
        self._target = _Prefix(bucket, options)

    async def send(self, sending: Sending) -> Outcome:
        return await drop.deliver(self._packing, self._target, sending)

    async def test(self, *, delivery_id: str, at: datetime) -> Outcome:
        return await drop.try_out(self._target)

    def preview(self, sending: Sending) -> Preview:
        return drop.preview(self._packing, self._target, sending)

    async def aclose(self) -> None:
        await self._bucket.aclose()


class _Prefix:
    """A bucket as a target: objects are whole or not there, so that they need no other name for the meantime."""

    partials = False
    failures = FAILURES

    def __init__(self, bucket: Bucket, options: S3Options) -> None:
        self._bucket = bucket
        self._url = options.url.rstrip("/")
        self._cache_control = options.cache_control

    def refusal(self, error: Exception) -> Refused:
        return refusal_of(error)

    def shown(self, path: str) -> str:
        return f"{self._url}/{path}"

    async def reach(self) -> None:
        await self._bucket.reach()

    async def size(self, path: str) -> int | None:
        return await self._bucket.size(path)

    async def write(self, path: str, data: bytes, media_type: str, *, partial: str) -> None:
        await self._bucket.put(path, data, {"Content-Type": media_type, "Cache-Control": self._cache_control})

    async def remove(self, path: str) -> None:
        await self._bucket.remove(path)


def _make(options: S3Options, setting: Setting) -> S3:
    keys = Keys(setting.secret("access_key"), setting.secret("secret_key") or "", setting.secret("session_token"))
    if kind_of(options.url) == "s3" and keys.access_key is None:
        violation = Violation("access_key", "is required for s3://")
        raise ConfigurationError("the s3 connector lacks a secret", [violation])
    refuse_overriding(os.environ)
    location = Location(
        options.url,
        options.endpoint,
        options.region,
        options.account,
        _authority(options.ca_file),
        options.timeout,
    )
    bucket = Bucket(location, keys, setting.means.dialer)
    return S3(options, bucket, Packing.of(options, setting))


def _authority(path: Path | None) -> bytes | None:
    if path is None:
        return None
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(path)
        return path.read_bytes()
    except ssl.SSLError as error:
        violation = Violation("ca_file", "holds no certificate in PEM format")
        raise ConfigurationError("the s3 connector cannot read a file", [violation]) from error
    except OSError as error:
        violation = Violation("ca_file", f"cannot be read: {error.strerror}")
        raise ConfigurationError("the s3 connector lacks a file", [violation]) from error


KIND = ConnectorKind(
    "s3", S3Options, (frozenset({"secret_key"}),), _make, optional=frozenset({"access_key", "session_token"})
)
