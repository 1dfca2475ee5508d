"""API tokens: made once, shown once, kept as digests."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta

from syndicate.actions.office import Office
from syndicate.errors import InvalidError, NotFoundError, UnauthenticatedError, Violation
from syndicate.store import tokens
from syndicate.store.tokens import Token
from syndicate.store.tx import Tx

__all__ = ["SCOPES", "Token", "authenticate", "create", "listing", "revoke"]

SCOPES = frozenset({"read", "write", "operate"})
PREFIX = "syn"
# Every request would be one more write otherwise.
_NOTE_USE_EVERY = timedelta(minutes=10)
_NOBODY = "0" * 64


async def create(office: Office, name: str, scopes: frozenset[str]) -> str:
    """Make a token and return it: the only time it can be seen. Raises InvalidError for an unknown scope."""
    if not scopes or scopes - SCOPES:
        known = ", ".join(sorted(SCOPES))
        raise InvalidError("unknown scope", [Violation("scope", f"must be one or more of: {known}")])
    # The end of an identifier is its random part.
    token_id, secret = f"{PREFIX}_{office.new_id('')[-8:]}", office.new_id("")
    text = f"{token_id}_{secret.lstrip('_')}"
    token = Token(token_id, name, scopes, _digest(text), office.now(), None, None)
    await office.store.write(tokens.add, token)
    return text


async def listing(office: Office) -> tuple[Token, ...]:
    return await office.store.read(tokens.listing)


async def revoke(office: Office, name: str) -> int:
    """Revoke the tokens of that name or id; returns how many. Raises NotFoundError."""
    return await office.store.write(_revoke, name, office.now())


def _revoke(tx: Tx, name: str, now: datetime) -> int:
    found = [token for token in tokens.listing(tx) if name in (token.name, token.id) and token.revoked_at is None]
    if not found:
        raise NotFoundError("token", name)
    for token in found:
        tokens.revoke(tx, token.id, at=now)
    return len(found)


async def authenticate(office: Office, text: str) -> Token:
    """Return the token a caller shows. Raises UnauthenticatedError, telling nothing of why."""
    prefix, _, rest = text.partition("_")
    token_id = f"{prefix}_{rest.partition('_')[0]}"
    token = await office.store.read(tokens.by_id, token_id)
    # The same work is done for an unknown id, so that time tells nothing.
    known = hmac.compare_digest(_digest(text), token.digest if token is not None else _NOBODY)
    if token is None or not known or token.revoked_at is not None:
        raise UnauthenticatedError("the token is missing, wrong or revoked")
    now = office.now()
    if token.last_used_at is None or now - token.last_used_at > _NOTE_USE_EVERY:
        await office.store.write(tokens.used, token.id, at=now)
    return token


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
