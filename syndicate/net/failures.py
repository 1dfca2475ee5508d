"""The exceptions of aiohttp as values that carry neither address nor secret."""

from __future__ import annotations

import ssl

import aiohttp

from syndicate.net.exchange import Failure, FailureKind
from syndicate.net.guard import BlockedError

# What other people's servers and networks can cause; anything else is our own bug and stays loud.
FAILURES = (aiohttp.ClientError, OSError)


_BEFORE_SENDING = (
    aiohttp.ClientConnectorError,
    aiohttp.InvalidURL,
    aiohttp.NonHttpUrlClientError,
    # Raised for the total deadline too while there is no connection yet.
    aiohttp.ConnectionTimeoutError,
)


def failure_of(error: BaseException) -> Failure:
    """Class an exception of `FAILURES`; its own text is dropped, for it may hold the address with its query."""
    if isinstance(error, _BEFORE_SENDING):
        kind, detail = _without_connection(error)
        return Failure(kind, detail, began=False)
    kind, detail = _without_answer(error)
    return Failure(kind, detail, began=True)


def _without_connection(error: BaseException) -> tuple[FailureKind, str]:
    match error:
        case aiohttp.ClientConnectorError(os_error=BlockedError() as blocked):
            return FailureKind.BLOCKED, str(blocked)
        case aiohttp.ClientConnectorError():
            return _connect_fault(error)
        case aiohttp.ConnectionTimeoutError():
            return FailureKind.TIMEOUT, "no connection in time"
    return FailureKind.BLOCKED, "the address cannot be read"


def _connect_fault(error: aiohttp.ClientConnectorError) -> tuple[FailureKind, str]:
    match error:
        case aiohttp.ClientConnectorCertificateError():
            return FailureKind.TLS, _certificate_fault(error)
        case aiohttp.ClientSSLError():
            return FailureKind.TLS, "TLS failed"
        case aiohttp.ClientConnectorDNSError():
            return FailureKind.DNS, "the host name cannot be resolved"
    refused = isinstance(error.os_error, ConnectionRefusedError)
    return FailureKind.REFUSED, "connection refused" if refused else "cannot connect"


def _without_answer(error: BaseException) -> tuple[FailureKind, str]:
    match error:
        case TimeoutError():
            return FailureKind.TIMEOUT, "no answer in time"
        case aiohttp.ClientResponseError() | aiohttp.ClientPayloadError():
            return FailureKind.PROTOCOL, "the answer is not valid HTTP"
    return FailureKind.RESET, "the connection was closed before an answer"


def _certificate_fault(error: aiohttp.ClientConnectorCertificateError) -> str:
    cause = error.certificate_error
    reason = cause.verify_message if isinstance(cause, ssl.SSLCertVerificationError) else ""
    return f"the certificate is not valid: {reason}" if reason else "the certificate is not valid"
