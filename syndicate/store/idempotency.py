"""Answers already given, by the client's Idempotency-Key; written with the change they answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, insert, select

from syndicate.store.schema import idempotency as t
from syndicate.store.tx import Tx

_FIND = select(t.c.request_hash, t.c.status, t.c.headers, t.c.body).where(
    t.c.token_id == bindparam("token_id"), t.c.key == bindparam("key")
)


@dataclass(frozen=True)
class Answered:
    """The answer to the first request with a key; `headers` is JSON."""

    request_hash: str
    status: int
    headers: str
    body: str


def find(tx: Tx, token_id: str, key: str) -> Answered | None:
    row = tx.run(_FIND, {"token_id": token_id, "key": key}).first()
    return None if row is None else Answered(*row)


def add(tx: Tx, token_id: str, key: str, answered: Answered, *, at: datetime) -> None:
    values = {
        "token_id": token_id,
        "key": key,
        "request_hash": answered.request_hash,
        "status": answered.status,
        "headers": answered.headers,
        "body": answered.body,
        "at": at,
    }
    tx.run(insert(t), values)


def erase_answers_naming(tx: Tx, article_id: str) -> None:
    """Remove kept answers that carry an article."""
    tx.run(delete(t).where(t.c.body.contains(article_id, autoescape=True)))


def forget(tx: Tx, *, before: datetime) -> None:
    tx.run(delete(t).where(t.c.at < before))
