"""What the failures of an object store say about a delivery: in words of ours, never in those of the store."""

from __future__ import annotations

import re

from obstore.exceptions import BaseError

from syndicate.connectors.answers import PERMANENT
from syndicate.connectors.contract import Refused
from syndicate.net.guard import BlockedError

FAILURES = (BaseError, OSError)
# What obstore quotes of an answer has no bound.
_MAX_READ = 64 * 1024
_STATUS = re.compile(r"status code: (\d{3})")
_CODE = re.compile(r"<Code>([A-Za-z.]{1,60})</Code>")
# S3 answers 400 to these as to a request that is wrong by itself. The first are over with another try,
_PASSING = frozenset({"BadDigest", "IncompleteBody", "OperationAborted", "RequestTimeout", "XAmzContentSHA256Mismatch"})
# the others once somebody has put the keys right.
_KEYS = frozenset({"AuthorizationHeaderMalformed", "ExpiredToken", "InvalidToken", "TokenRefreshRequired"})


class PlainTextError(OSError):
    """Credentials would go unencrypted to a network that nobody opened."""


class UnsendableError(OSError):
    """What is to be sent would make obstore panic."""


def refusal_of(error: Exception) -> Refused:
    """Say in words of our own what went wrong; obstore's hold addresses, and what the store answered."""
    match error:
        case BlockedError():
            return Refused(str(error), permanent=True)
        case PlainTextError() | UnsendableError():
            return Refused(str(error), permanent=True)
        case TimeoutError():
            return Refused("no connection to the object store in time", overloaded=True)
        case OSError() if not _STATUS.search(str(error)):
            return Refused("cannot connect to the object store")
    return _answered(str(error)[:_MAX_READ])


def _answered(text: str) -> Refused:
    found, code = _STATUS.search(text), _CODE.search(text)
    if found is None:
        return _unanswered(text)
    status, name = int(found[1]), code[1] if code else ""
    return Refused(
        f"the object store answered {status}" + (f", {name}" if name else ""),
        permanent=status in PERMANENT and name not in _PASSING | _KEYS,
        status=status,
        unauthorised=status in (401, 403) or name in _KEYS,
        overloaded=status in (429, 503) or name == "RequestTimeout",
    )


def _unanswered(text: str) -> Refused:
    if "Error performing" not in text:
        return Refused("the keys of the object store cannot be used")
    if "redirect without LOCATION" in text:
        return Refused("the object store says that the bucket is elsewhere: check region and endpoint")
    if "InvalidCertificate" in text:
        return Refused("the certificate of the object store is not valid")
    if "kind: Timeout" in text:
        return Refused("the object store did not answer in time", overloaded=True)
    return Refused("the object store did not answer")
