"""AWS Signature Version 4, as far as an object store needs it: the body is signed by its hash, in one piece."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote

_ALGORITHM = "AWS4-HMAC-SHA256"


@dataclass(frozen=True, repr=False)
class Credentials:
    """Keys to an object store of one region; no representation shows them."""

    access_key: str
    secret_key: str
    region: str


def signed(
    method: str, host: str, path: str, headers: Mapping[str, str], body: bytes, keys: Credentials, *, at: datetime
) -> dict[str, str]:
    """Return `headers` with those that sign the request; `path` is as it is sent, quoted, without a query."""
    digest = hashlib.sha256(body).hexdigest()
    stamp = at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    sent = {**headers, "x-amz-content-sha256": digest, "x-amz-date": stamp}
    canonical = {"host": host} | {name.lower(): " ".join(value.split()) for name, value in sent.items()}
    names = ";".join(sorted(canonical))
    lines = "".join(f"{name}:{canonical[name]}\n" for name in sorted(canonical))
    request = f"{method}\n{path}\n\n{lines}\n{names}\n{digest}"
    scope = f"{stamp[:8]}/{keys.region}/s3/aws4_request"
    to_sign = f"{_ALGORITHM}\n{stamp}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
    signature = hmac.new(_key(keys, stamp[:8]), to_sign.encode(), hashlib.sha256).hexdigest()
    authorization = f"{_ALGORITHM} Credential={keys.access_key}/{scope},SignedHeaders={names},Signature={signature}"
    return {**sent, "Authorization": authorization}


def quoted_path(*parts: str) -> str:
    """Quote the parts of a path as the signature wants it: everything but letters, digits and `-._~`."""
    return "/" + "/".join(quote(part, safe="/-._~") for part in parts if part)


def _key(keys: Credentials, day: str) -> bytes:
    key = f"AWS4{keys.secret_key}".encode()
    for part in (day, keys.region, "s3", "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key
