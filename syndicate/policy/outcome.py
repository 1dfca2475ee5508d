"""What came of one attempt: the partner took it, or why not."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any


@dataclass(frozen=True)
class Accepted:
    """The partner has it. `url` is the copy's address; `remote` is what the connector needs next time.

    `payload_digest` is the SHA-256 of what was sent, in hexadecimal; None where a connector cannot tell.
    `echo`: the partner answered once for several deliveries, and another one's outcome tells how it fares.
    """

    url: str | None = None
    remote: dict[str, Any] = field(default_factory=dict)
    status: int | None = None
    answer: str = ""
    payload_digest: str | None = None
    echo: bool = False


@dataclass(frozen=True)
class Refused:
    """The partner does not have it, or may have it where `certain` is false.

    `permanent`: the same bytes will be refused again; `progressed`: a part of the work is done and kept.
    `overloaded`, `unauthorised` and `gone` are what the answer said about the partner itself; `payload_digest` and
    `echo` are as above, the digest None where nothing of it can have left. `ours`: what failed is not the partner's,
    such as the server of a picture; it tells nothing of how the partner fares.
    """

    reason: str
    permanent: bool = False
    retry_after: timedelta | None = None
    certain: bool = False
    status: int | None = None
    answer: str = ""
    gone: bool = False
    unauthorised: bool = False
    overloaded: bool = False
    progressed: bool = False
    payload_digest: str | None = None
    echo: bool = False
    ours: bool = False


Outcome = Accepted | Refused
