"""Where a redirect leads, and what may go there with the request."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urljoin

from syndicate.model.addresses import normalise_web_url, origin
from syndicate.net.exchange import Failure, FailureKind, Fetched

REDIRECTS = frozenset({301, 302, 303, 307, 308})
# What may follow to another origin: nothing that says who we are.
_IMPERSONAL = frozenset({"accept", "accept-encoding", "accept-language", "a-im", "if-none-match", "if-modified-since"})


def next_hop(found: Fetched) -> str | Failure | None:
    """Return the address an answer redirects to; None when it does not, a Failure where it may not be followed."""
    location = found.headers.get("Location")
    if found.status not in REDIRECTS or location is None:
        return None
    try:
        target = normalise_web_url(urljoin(found.url, location))
    except ValueError:
        return Failure(FailureKind.BLOCKED, "a redirect leads to no web address", began=True)
    if found.url.startswith("https:") and not target.startswith("https:"):
        return Failure(FailureKind.BLOCKED, "a redirect leaves TLS", began=True)
    return target


def headers_for(target: str, *, coming_from: str, headers: Mapping[str, str]) -> Mapping[str, str]:
    """Return the headers that may be sent to `target`: credentials stay with the origin they were given for."""
    if origin(target) == origin(coming_from):
        return headers
    return {name: value for name, value in headers.items() if name.lower() in _IMPERSONAL}
