"""API tokens: only their digests are kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update

from syndicate.store.schema import tokens as t
from syndicate.store.tx import Tx


@dataclass(frozen=True)
class Token:
    """A token without its secret: `id` is its public beginning."""

    id: str
    name: str
    scopes: frozenset[str]
    digest: str
    created_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None


def _token(row: Row[*tuple[Any, ...]]) -> Token:
    values = dict(row._mapping)
    return Token(**values | {"scopes": frozenset(values["scopes"].split())})


def add(tx: Tx, token: Token) -> None:
    values = {
        "id": token.id,
        "name": token.name,
        "scopes": " ".join(sorted(token.scopes)),
        "digest": token.digest,
        "created_at": token.created_at,
    }
    tx.run(insert(t), values)


def by_id(tx: Tx, token_id: str) -> Token | None:
    row = tx.run(select(t).where(t.c.id == token_id)).first()
    return None if row is None else _token(row)


def listing(tx: Tx) -> tuple[Token, ...]:
    return tuple(_token(row) for row in tx.run(select(t).order_by(t.c.created_at, t.c.id)))


def revoke(tx: Tx, token_id: str, *, at: datetime) -> None:
    tx.run(update(t).where(t.c.id == token_id).values(revoked_at=at))


def used(tx: Tx, token_id: str, *, at: datetime) -> None:
    tx.run(update(t).where(t.c.id == token_id).values(last_used_at=at))
