"""The sections of config.toml with fixed names: each option's default and bounds; config.toml says what it is for."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal, get_type_hints
from urllib.parse import parse_qs, urlsplit

from pydantic import AfterValidator, ByteSize, Field, IPvAnyNetwork, ValidationInfo

from syndicate.model.addresses import MailAddress, WebUrl
from syndicate.model.declarations import Age, Caching, Declared, Publisher
from syndicate.model.durations import Duration
from syndicate.model.paths import beside_config, config_directory
from syndicate.model.text import Line
from syndicate.settings.references import References

MIB = 1024 * 1024
Port = Annotated[int, Field(ge=1, le=65_535)]
Seconds = Annotated[Duration, Field(ge=timedelta(seconds=1), le=timedelta(minutes=10))]
Kept = Annotated[Duration, Field(ge=timedelta(hours=1))]
Networks = tuple[IPvAnyNetwork, ...]
Size = Annotated[ByteSize, Field(ge=1024, le=256 * MIB, description='size, such as "2MiB"')]


def _store_url(value: str, info: ValidationInfo) -> str:
    if value.startswith("sqlite:///") and value not in ("sqlite:///", "sqlite:///:memory:"):
        return f"sqlite:///{config_directory(info) / value.removeprefix('sqlite:///')}"
    parts = urlsplit(value)
    if parts.scheme != "postgresql" or not parts.path.strip("/"):
        raise ValueError("must be sqlite:///PATH or postgresql://user@host/database")
    if parts.password is not None or "password" in parse_qs(parts.query):
        raise ValueError("must not carry a password; give a reference to it as store.password")
    return value


def _media_url(value: str, info: ValidationInfo) -> str:
    if value.startswith("file:") and len(value) > len("file:"):
        return f"file:{config_directory(info) / value.removeprefix('file:')}"
    raise ValueError("must be file:PATH; this version keeps pictures nowhere else")


def _publish_url(value: str, info: ValidationInfo) -> str:
    if value.startswith("file:") and len(value) > len("file:"):
        return f"file:{config_directory(info) / value.removeprefix('file:')}"
    if re.fullmatch(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/(?!\.{1,2}(/|$))[A-Za-z0-9._-]+)*/?", value):
        return value.rstrip("/")
    raise ValueError("must be file:PATH or s3://BUCKET/PREFIX")


def _header_name(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]{0,63}", value):
        raise ValueError("must be the name of a header, such as Surrogate-Key")
    return value


HeaderName = Annotated[str, AfterValidator(_header_name), Field(description="name of a header")]


class Service(Publisher):
    """Who speaks; `feeds` is absolute once read."""

    trusted_proxies: Networks = ()
    feeds: Annotated[Path, AfterValidator(beside_config), Field(validate_default=True)] = Path("feeds")


class Server(Declared):
    host: Line = "127.0.0.1"
    port: Port = 8080
    header_timeout: Seconds = timedelta(seconds=15)
    body_timeout: Seconds = timedelta(seconds=15)
    stall_timeout: Seconds = timedelta(seconds=30)
    shutdown_timeout: Seconds = timedelta(seconds=25)


class Store(Declared):
    """Where records are kept; paths in `url` are absolute once read."""

    url: Annotated[str, AfterValidator(_store_url), Field(validate_default=True)] = "sqlite:///data/syndicate.db"
    password: References = ()


class Media(Declared):
    """Where pictures are kept; the path in `url` is absolute once read."""

    url: Annotated[str, AfterValidator(_media_url), Field(validate_default=True)] = "file:data/media"


class Feeds(Caching):
    """How long feeds may be kept."""


class Pages(Declared):
    content: Literal["full", "summary", "none"] = "full"


class Network(Declared):
    allow_private: Networks = ()
    ports: tuple[Port, ...] = (80, 443, 8080, 8443)


class Limits(Declared):
    """`None` means no limit."""

    record_bytes: Size = ByteSize(2 * MIB)
    picture_bytes: Size = ByteSize(10 * MIB)
    connections: Annotated[int, Field(ge=1, le=1_000_000)] = 2_000
    connections_per_address: Annotated[int, Field(ge=1, le=1_000_000)] = 50
    feed_requests_per_minute: Annotated[int, Field(ge=1)] = 60
    failed_logins_per_minute: Annotated[int, Field(ge=1, le=1_000)] = 10
    writes_per_second: Annotated[int, Field(ge=1)] | None = None
    changes_per_hour: Annotated[int, Field(ge=1, le=1_000_000_000)] = 1_000


class Alerts(Declared):
    """Where operators are told of what is wrong, and when it is worth telling."""

    webhook: References = ()
    email: MailAddress | None = None
    failing_after: Annotated[int, Field(ge=1, le=100)] = 4
    unacknowledged_after: Duration = timedelta(minutes=5)
    waiting_after: Duration = timedelta(minutes=10)
    quiet_after: Duration = timedelta(days=1)


class SMTP(Declared):
    """The mail server that takes articles for partners by `email`, and alerts; without `host` no mail is sent."""

    host: Line | None = None
    port: Port = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    sender: MailAddress | None = None
    user: Line | None = None
    password: References = ()


class Retention(Declared):
    deliveries: Kept = timedelta(days=90)
    attempts: Kept = timedelta(days=30)
    readership: Kept = timedelta(days=30)
    editions: Kept = timedelta(days=90)


class Logs(Declared):
    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["auto", "json", "text"] = "auto"


class CDN(Declared):
    """A content delivery network before the service; without `purge_url` nothing is purged."""

    tag_header: HeaderName | None = None
    purge_url: WebUrl | None = None
    purge_method: Literal["keys", "urls"] = "keys"
    purge_token: References = ()
    purge_token_header: HeaderName = "Authorization"  # noqa: S105  # the name of a header
    max_age: Age = timedelta(hours=1)


class Publish(Declared):
    """Where a static copy of the feeds is kept; a path in `url` is absolute once read."""

    url: Annotated[str, AfterValidator(_publish_url)] | None = None
    endpoint: WebUrl | None = None
    region: Line = "us-east-1"
    access_key: References = ()
    secret_key: References = ()


class Settings(Declared):
    """Every section with a fixed name. Feeds, partners, upstreams and rights are in `Declarations`."""

    service: Service
    server: Server = Server()
    store: Store = Store()
    media: Media = Media()
    pages: Pages = Pages()
    feeds: Feeds = Feeds()
    network: Network = Network()
    limits: Limits = Limits()
    alerts: Alerts = Alerts()
    smtp: SMTP = SMTP()
    cdn: CDN = CDN()
    publish: Publish = Publish()
    retention: Retention = Retention()
    logs: Logs = Logs()


SECTIONS: dict[str, type[Declared]] = {
    name: kind
    for name, kind in get_type_hints(Settings).items()
    if isinstance(kind, type) and issubclass(kind, Declared)
}
# Options of the fixed sections that refer to secrets.
SECRET_OPTIONS = (
    ("store", "password"),
    ("alerts", "webhook"),
    ("smtp", "password"),
    ("cdn", "purge_token"),
    ("publish", "access_key"),
    ("publish", "secret_key"),
)
