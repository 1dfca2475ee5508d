"""What is asked of other people's servers and what comes back; their failures are values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


@dataclass(frozen=True)
class Timeouts:
    """`total` spans the whole exchange with its body, `connect` one address with its TLS, `read` one silence."""

    total: timedelta = timedelta(seconds=20)
    connect: timedelta = timedelta(seconds=5)
    read: timedelta = timedelta(seconds=10)


class FailureKind(StrEnum):
    BLOCKED = "blocked"
    DNS = "dns"
    REFUSED = "refused"
    TLS = "tls"
    TIMEOUT = "timeout"
    RESET = "reset"
    PROTOCOL = "protocol"
    TOO_LARGE = "too_large"


@dataclass(frozen=True)
class Failure:
    """No answer. `detail` names the class of failure and never an address.

    `began`: the request may have reached the server; where false it certainly did not.
    """

    kind: FailureKind
    detail: str
    began: bool


@dataclass(frozen=True)
class Answer:
    """What a server answered: its status decides, however the body went on.

    `headers` ignore case; `body_start` is as much as was asked for, 64 KiB as a rule, as it came; the whole body
    only if `complete`.
    """

    status: int
    headers: Mapping[str, str]
    body_start: bytes
    complete: bool
    elapsed: timedelta


@dataclass(frozen=True)
class Fetched:
    """A document as it was fetched: `url` is the address after redirects, `body` is inflated."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
