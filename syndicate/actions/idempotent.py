"""Answer a repeated request with its first answer; the answer is written with the change it reports."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from syndicate.actions.office import Occasion, Office
from syndicate.errors import IdempotencyMismatchError
from syndicate.store import idempotency
from syndicate.store.idempotency import Answered
from syndicate.store.tx import Tx


@dataclass(frozen=True)
class Reply:
    """An answer to an API write."""

    status: int
    body: Any
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Request:
    """Who asks for what: `key` is the client's Idempotency-Key, `request_hash` stands for all that was asked."""

    token_id: str
    key: str | None
    request_hash: str


class _RehearsedError(Exception):
    """Carries a dry run's reply out of its transaction, which is undone."""

    def __init__(self, reply: Reply) -> None:
        super().__init__()
        self.reply = reply


Done = TypeVar("Done")
Verb = Callable[[Tx, Occasion], Done]
Say = Callable[[Done], Reply]


async def perform(office: Office, request: Request, verb: Verb[Done], say: Say[Done], *, actor: str) -> Reply:
    """Do `verb` once for each key and `say` what it did.

    Raises IdempotencyMismatchError where the key was used for something else.
    """
    return await office.store.write(_perform, request, lambda tx, when: say(verb(tx, when)), office.occasion(actor))


def _perform(tx: Tx, request: Request, verb: Verb[Reply], occasion: Occasion) -> Reply:
    if request.key is None:
        return verb(tx, occasion)
    answered = idempotency.find(tx, request.token_id, request.key)
    if answered is not None:
        return _again(answered, request)
    reply = verb(tx, occasion)
    headers, body = json.dumps(dict(reply.headers)), json.dumps(reply.body)
    kept = Answered(request.request_hash, reply.status, headers, body)
    idempotency.add(tx, request.token_id, request.key, kept, at=occasion.now)
    return reply


def _again(answered: Answered, request: Request) -> Reply:
    if answered.request_hash != request.request_hash:
        raise IdempotencyMismatchError("this Idempotency-Key was used for another request")
    headers = json.loads(answered.headers) | {"Idempotency-Replayed": "true"}
    return Reply(answered.status, json.loads(answered.body), headers)


async def rehearse(office: Office, verb: Verb[Done], say: Say[Done], *, actor: str) -> Reply:
    """Do `verb` and undo it: what it would answer, nothing changed."""
    try:
        await office.store.write(_rehearse, lambda tx, when: say(verb(tx, when)), office.occasion(actor))
    except _RehearsedError as rehearsed:
        return rehearsed.reply
    raise AssertionError


def _rehearse(tx: Tx, verb: Verb[Reply], occasion: Occasion) -> None:
    raise _RehearsedError(verb(tx, occasion))
