"""A service that stands still for longer than a lease: what it sent before must not be taken for done after."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from syndicate.actions.claim import LEASE
from tests.papers import SECRET
from tests.proof import checker
from tests.proof.asking import ask
from tests.proof.process import Paper
from tests.proof.receivers import Behaviour, Sites, sites
from tests.proof.steps import Behaviours, partner_sections

STALL_SECONDS = LEASE.total_seconds() + 5
STORIES = 6


@dataclass
class Stalled:
    """What was seen around the stall."""

    sent_before: set[str] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)


async def run(folder: Path) -> Stalled:
    """Stop a process while sends are under way, let the answers come, and see what it makes of them later."""
    behave = Behaviours({"gazette": Behaviour.LATE})
    folder.mkdir(parents=True, exist_ok=True)
    async with sites(SECRET, behave, log=folder / "arrivals.ndjson") as receiving:
        paper = Paper(folder / "paper")
        paper.configure(partner_sections(receiving, {"gazette": ""}))
        try:
            return await _stall(paper, receiving, behave)
        finally:
            paper.end()


async def _stall(paper: Paper, receiving: Sites, behave: Behaviours) -> Stalled:
    token = await asyncio.to_thread(paper.command, "token")
    await paper.start()
    for number in range(STORIES):
        target = f"/api/v1/articles/tag:harbour.example,2026:{number}"
        await ask(paper.port, "PUT", target, {"title": f"Story {number}", "categories": ["World"]}, token=token)
    async with asyncio.timeout(10):
        while len(receiving.begun) < 2:
            await asyncio.sleep(0.01)
    seen = Stalled(sent_before=set(receiving.begun))
    paper.stall()
    behave.of.clear()
    receiving.released.set()
    await asyncio.sleep(STALL_SECONDS)
    went_on_at = time.time()
    paper.go_on()
    await _until_delivered(paper)
    await paper.stop()
    seen.problems += [*_old_outcomes(paper, seen.sent_before, went_on_at), *_judge(paper, receiving)]
    return seen


async def _until_delivered(paper: Paper) -> None:
    async with asyncio.timeout(LEASE.total_seconds() + 30):
        while any(row["state"] != "delivered" for row in checker.read_disk(paper.database).deliveries):
            await asyncio.sleep(0.5)


def _old_outcomes(paper: Paper, sent_before: set[str], went_on_at: float) -> Iterator[str]:
    """I8: every attempt on record at what was under way began after the stall."""
    with sqlite3.connect(f"file:{paper.database}?mode=ro", uri=True) as connection:
        rows = connection.execute("SELECT delivery_id, at FROM attempts").fetchall()
    connection.close()
    for delivery_id, at_microseconds in rows:
        if delivery_id in sent_before and at_microseconds / 1e6 < went_on_at - 1:
            yield f"I8: an attempt at {delivery_id} is on record that began before the stall"


def _judge(paper: Paper, receiving: Sites) -> Iterator[str]:
    disk = checker.read_disk(paper.database)
    yield from checker.disk_is_sound(disk)
    yield from checker.partners_agree(receiving.arrivals, disk, {"gazette": []})
    yield from checker.order_is_kept(receiving.arrivals)
    yield from checker.ids_are_stable(receiving.arrivals)
    if checker.repeats(receiving.arrivals) == 0:
        yield "I8: what was under way did not come again, so that nothing was shown"
