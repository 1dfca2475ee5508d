"""What the answer to an HTTP request says about a delivery."""

from __future__ import annotations

from datetime import datetime

from syndicate.connectors.contract import Accepted, Outcome, Refused
from syndicate.model.text import strip_forbidden
from syndicate.net.exchange import Answer, Failure, FailureKind
from syndicate.net.headers import parse_retry_after
from syndicate.policy.addresses import redact_url

MAX_SHOWN_BYTES = 8 * 1024
# The same bytes would be refused again. 404 is not among them: a deploy may have slipped.
PERMANENT = frozenset({400, 405, 406, 410, 411, 413, 414, 415, 422, 431, 451})
_OVERLOADED = frozenset({429, 503})
_UNAUTHORISED = frozenset({401, 403})


def outcome_of(result: Answer | Failure, *, now: datetime, payload_digest: str | None = None) -> Outcome:
    """Judge a result by its status: 2xx is taken, everything else is not; `now` is the receipt of Retry-After."""
    match result:
        case Failure():
            return _failed(result, payload_digest if result.began else None)
        case Answer(status=status) if 200 <= status < 300:
            return Accepted(status=status, answer=shown(result), payload_digest=payload_digest)
    return _refused(result, payload_digest, now=now)


def shown(answer: Answer) -> str:
    """Return the start of an answer as text that may be stored: at most 8 KiB, without controls."""
    return strip_forbidden(answer.body_start[:MAX_SHOWN_BYTES].decode("utf-8", "replace"))


def _failed(failure: Failure, payload_digest: str | None) -> Refused:
    return Refused(
        failure.detail,
        permanent=failure.kind is FailureKind.BLOCKED,
        certain=not failure.began,
        overloaded=failure.kind is FailureKind.TIMEOUT,
        payload_digest=payload_digest,
    )


def _refused(answer: Answer, payload_digest: str | None, *, now: datetime) -> Refused:
    status = answer.status
    return Refused(
        _reason(answer),
        permanent=status in PERMANENT,
        retry_after=parse_retry_after(answer.headers.get("Retry-After"), now=now),
        # A server that failed (5xx) may have taken it before.
        certain=300 <= status < 500,
        status=status,
        answer=shown(answer),
        gone=status == 410,
        unauthorised=status in _UNAUTHORISED,
        overloaded=status in _OVERLOADED,
        payload_digest=payload_digest,
    )


def _reason(answer: Answer) -> str:
    location = answer.headers.get("Location")
    if 300 <= answer.status < 400 and location is not None:
        return f"answered {answer.status}, a redirect to {strip_forbidden(redact_url(location))[:200]}"
    return f"answered {answer.status}"
