"""Standard Webhooks 1.0.0: sign what is sent, verify what comes in."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from syndicate.errors import BadSignatureError, ConfigurationError

TOLERANCE = timedelta(minutes=5)
SECRET_BYTES = range(24, 65)
_TIMESTAMP = re.compile(r"[0-9]{1,11}")
_GENERATE = 'Make a secret with: echo "whsec_$(openssl rand -base64 32)"'


def decode_secret(text: str) -> bytes:
    """Return the key of a secret such as `whsec_MfKQ…`: the decoded bytes, with or without the prefix.

    Raises ConfigurationError, which never repeats the secret, for anything but base64 of 24 to 64 bytes.
    """
    encoded = text.strip().removeprefix("whsec_")
    try:
        key = base64.b64decode(encoded.rstrip("=") + "=" * (-len(encoded.rstrip("=")) % 4), validate=True)
    except (binascii.Error, ValueError):
        # Unchained: the cause's text may one day show what it could not decode.
        raise ConfigurationError("a signing secret must be whsec_ and base64", remedy=_GENERATE) from None
    if len(key) not in SECRET_BYTES:
        raise ConfigurationError("a signing secret must be base64 of 24 to 64 random bytes", remedy=_GENERATE)
    return key


def sign(secrets: Sequence[bytes], *, id: str, timestamp: int, body: bytes) -> str:  # noqa: A002 (the standard's word)
    """Return the `webhook-signature` header: one `v1` signature per secret, so that partners can rotate theirs.

    `timestamp` is in seconds since 1970, of this attempt; `body` must be the very bytes that are sent.
    """
    if not secrets or "." in id:
        raise ValueError("signing needs a secret, and an id without a dot")
    return " ".join(_signature(secret, id=id, timestamp=str(timestamp), body=body) for secret in secrets)


def verify(
    secrets: Sequence[bytes],
    *,
    id: str,  # noqa: A002 (the standard's word)
    timestamp: str,
    signature: str,
    body: bytes,
    now: datetime,
    tolerance: timedelta = TOLERANCE,
) -> None:
    """Check the three headers of a delivery against its raw body; any secret may match any listed signature.

    Raises BadSignatureError when none does, or when `timestamp` lies further than `tolerance` from `now`.
    Signatures of other versions than `v1` are skipped, as the standard demands.
    """
    _check_age(timestamp, now=now, tolerance=tolerance)
    presented = [part.encode("utf-8", "replace") for part in signature.split(" ")]
    expected = [_signature(secret, id=id, timestamp=timestamp, body=body).encode() for secret in secrets]
    # Every pair is compared, so that the time taken does not tell which secret came close.
    matches = [hmac.compare_digest(ours, theirs) for ours in expected for theirs in presented]
    if not any(matches):
        raise BadSignatureError("no signature matches")


def _check_age(timestamp: str, *, now: datetime, tolerance: timedelta) -> None:
    if not _TIMESTAMP.fullmatch(timestamp):
        raise BadSignatureError("webhook-timestamp must be whole seconds since 1970")
    age = now - (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=int(timestamp)))
    if abs(age) > tolerance:
        raise BadSignatureError(f"webhook-timestamp is too far in the {'past' if age > tolerance else 'future'}")


def _signature(secret: bytes, *, id: str, timestamp: str, body: bytes) -> str:  # noqa: A002 (the standard's word)
    signed = f"{id}.{timestamp}.".encode("utf-8", "surrogateescape") + body
    return "v1," + base64.b64encode(hmac.digest(secret, signed, hashlib.sha256)).decode()
