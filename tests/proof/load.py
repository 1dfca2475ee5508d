"""Newsrooms that write without pause, and remember what they asked for and what they were told."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any
from urllib.parse import quote

from tests.proof.asking import NobodyThereError, ask

CATEGORIES = ("World", "Harbour", "Sport")
PAUSE_WHILE_DOWN = 0.05


class Told(StrEnum):
    """What a newsroom knows about a change it asked for."""

    OK = "ok"
    FAIL = "fail"
    UNKNOWN = "unknown"


# What a server that failed has kept, nobody knows.
_TOLD = {2: Told.OK, 4: Told.FAIL}


class Verb(StrEnum):
    PUT = "put"
    RETRACT = "retract"
    RESTORE = "restore"


@dataclass(frozen=True)
class Wanted:
    """How an article shall stand: its title and category, or that it is retracted."""

    verb: Verb
    title: str
    category: str
    correction: str | None = None


@dataclass(frozen=True)
class Change:
    """One change asked for: when, what, and what came back. `seq` and `revision` as answered."""

    article_id: str
    wanted: Wanted
    invoked_at: float
    returned_at: float
    told: Told
    status: int | None = None
    revision: int | None = None
    seq: int | None = None


@dataclass
class History:
    changes: list[Change] = field(default_factory=list)
    stale_feeds: list[str] = field(default_factory=list)

    def of(self, article_id: str) -> list[Change]:
        return [change for change in self.changes if change.article_id == article_id]

    @property
    def article_ids(self) -> Sequence[str]:
        return tuple(dict.fromkeys(change.article_id for change in self.changes))

    def count(self, told: Told) -> int:
        return sum(change.told is told for change in self.changes)


@dataclass
class Newsroom:
    """One writer with articles of its own, so that it knows the order of their changes."""

    number: int
    port: int
    token: str
    history: History
    chance: random.Random
    articles: int = 4
    last_titles: dict[str, Wanted] = field(default_factory=dict)

    async def write_until(self, stop: asyncio.Event) -> None:
        for number in range(1_000_000):
            if stop.is_set():
                return
            await self._write(number)

    async def _write(self, number: int) -> None:
        article_id = f"tag:harbour.example,2026:{self.number}-{self.chance.randrange(self.articles)}"
        wanted = self._wish(article_id, f"Story {self.number} {number}")
        change = await self._ask(article_id, wanted)
        self.history.changes.append(change)
        if change.told is Told.OK:
            self.last_titles[article_id] = wanted
            if self.chance.random() < 0.2:
                await self._read_back(change)
        else:
            self._learn(change)
            await asyncio.sleep(PAUSE_WHILE_DOWN)

    def _learn(self, change: Change) -> None:
        """A conflict tells what became of an earlier change whose answer was lost."""
        if change.status != 409:
            return
        before = self.last_titles.get(change.article_id, change.wanted)
        verb = Verb.RETRACT if change.wanted.verb is Verb.PUT else Verb.PUT
        self.last_titles[change.article_id] = replace(before, verb=verb)

    def _wish(self, article_id: str, title: str) -> Wanted:
        before = self.last_titles.get(article_id)
        dice = self.chance.random()
        if before is not None and before.verb is Verb.RETRACT:
            return Wanted(Verb.RESTORE, before.title, before.category)
        if before is not None and dice < 0.1:
            return Wanted(Verb.RETRACT, before.title, before.category)
        category = before.category if before is not None and dice < 0.8 else self.chance.choice(CATEGORIES)
        correction = f"Correction of {title}" if dice > 0.9 else None
        return Wanted(Verb.PUT, title, category, correction)

    async def _ask(self, article_id: str, wanted: Wanted) -> Change:
        invoked_at = time.monotonic()
        try:
            answer = await ask(self.port, *_request(article_id, wanted), token=self.token)
        except NobodyThereError:
            return Change(article_id, wanted, invoked_at, time.monotonic(), Told.FAIL)
        except (OSError, EOFError, TimeoutError):
            return Change(article_id, wanted, invoked_at, time.monotonic(), Told.UNKNOWN)
        told = _TOLD.get(answer.status // 100, Told.UNKNOWN)
        numbers = answer.body.get("revision"), answer.body.get("seq")
        return Change(article_id, wanted, invoked_at, time.monotonic(), told, answer.status, *numbers)

    async def _read_back(self, change: Change) -> None:
        """Once a write is answered, no feed that the answering process serves is older."""
        try:
            answer = await ask(self.port, "GET", "/feeds/latest.json", token=self.token)
        except (OSError, EOFError, TimeoutError):
            return
        seq = int(answer.etag.strip('"').partition("-")[0])
        if change.seq is not None and seq < change.seq:
            self.history.stale_feeds.append(f"latest.json is at {seq} after the answer of {change.seq}")


def _request(article_id: str, wanted: Wanted) -> tuple[str, str, dict[str, Any] | None]:
    address = f"/api/v1/articles/{quote(article_id, safe='')}"
    match wanted.verb:
        case Verb.PUT:
            body = f"<p>{wanted.title} in full.</p>"
            record: dict[str, Any] = {"title": wanted.title, "categories": [wanted.category], "body_html": body}
            return "PUT", address, record | ({"correction": wanted.correction} if wanted.correction else {})
        case Verb.RETRACT:
            return "DELETE", f"{address}?reason=wrong&public_note=Withdrawn.", None
        case Verb.RESTORE:
            return "POST", f"{address}/restore", None
