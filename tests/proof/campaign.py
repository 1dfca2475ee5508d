"""The campaign: end the service at random moments under load, again and again; then judge what is left."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from statistics import median

import aiohttp

from tests.papers import SECRET
from tests.proof import checker
from tests.proof.load import History, Newsroom, Told
from tests.proof.process import Paper
from tests.proof.reader import FEEDS, Reader, titles_of
from tests.proof.receivers import Behaviour, Sites, sites

_NO_BRAKE = "[limits]\nchanges_per_hour = 1000000\n"
READY_WITHIN = 5.0
STOPS_WITHIN = 25.0
# Half a lease: what a killed process had claimed must not wait until its lease runs out.
QUIET_WITHIN = 30.0
NEWSROOMS = 4
SHORTEST_LIFE, LONGEST_LIFE = 0.05, 0.8
# Of the processes, this share dies while it starts.
DIES_EARLY = 0.15
PARTNERS: Mapping[str, str] = {
    "gazette": 'schedule = "immediately"',
    "courier": 'schedule = "every 2s"\nconcurrency = 4\nrate = "100/s"',
    "mirror": 'schedule = "immediately"\nconcurrency = 1\nrate = "100/s"',
    "globe": 'schedule = "immediately"\nrate = "100/s"\n[partners.globe.select]\ncategories = ["World"]',
    "tribune": 'schedule = "every 1s"\ncorrections = "scheduled"\nrate = "100/s"',
}
SELECTIONS: Mapping[str, Sequence[str]] = {name: ["World"] if name == "globe" else [] for name in PARTNERS}
FEED_SELECTIONS: Mapping[str, Sequence[str]] = {"latest": [], "world": ["World"]}
FEED_FILES: Mapping[str, str] = {
    "latest": 'title = "Latest"\ndescription = "Everything"\nitems = 500\n',
    "world": 'title = "World"\ndescription = "The world"\nitems = 500\n[select]\ncategories = ["World"]\n',
}
WEIGHTS: Mapping[Behaviour, int] = {
    Behaviour.OK: 60,
    Behaviour.ERROR: 8,
    Behaviour.BUSY: 4,
    Behaviour.HANG: 6,
    Behaviour.DROP_AFTER: 8,
    Behaviour.DROP_BEFORE: 8,
    Behaviour.REDIRECT: 3,
    Behaviour.DRIP: 3,
}


# Every send ends at once, so that nothing may be under way after a graceful stop.
PROMPT: Mapping[Behaviour, int] = {
    each: weight for each, weight in WEIGHTS.items() if each not in (Behaviour.HANG, Behaviour.DRIP)
}


class Ending(StrEnum):
    """How the service ends in each cycle."""

    KILL = "kill -9"
    STOP = "SIGTERM"


@dataclass(frozen=True)
class Plan:
    """How often to end the service (or for how many seconds), and the seed that all chance comes from."""

    seed: int
    cycles: int
    ending: Ending = Ending.KILL
    seconds: float | None = None
    behaviours: Mapping[Behaviour, int] = field(default_factory=lambda: WEIGHTS)


@dataclass
class Campaign:
    """What happened, and what was found wrong."""

    plan: Plan
    paper: Paper
    sites: Sites
    reader: Reader
    history: History = field(default_factory=History)
    cycles: int = 0
    kills: list[float] = field(default_factory=list)
    kills_at_start: int = 0
    problems: list[str] = field(default_factory=list)

    def table(self) -> Sequence[tuple[str, str]]:
        """Return what was done, as lines for a table."""
        behaviours = Counter(arrival.behaviour.value for arrival in self.sites.arrivals)
        changes, starts = self.history, self.paper.starts
        return (
            ("seed", str(self.plan.seed)),
            (self.plan.ending.value, f"{self.cycles} times, {self.kills_at_start} of them during a start"),
            ("ready again, usually / slowest", f"{median(starts):.2f} s / {max(starts):.2f} s"),
            ("changes asked for", str(len(changes.changes))),
            ("accepted / refused / unknown", " / ".join(str(changes.count(told)) for told in Told)),
            ("deliveries that arrived", str(len(self.sites.arrivals))),
            ("of them repeats", str(checker.repeats(self.sites.arrivals))),
            ("partners' behaviour", ", ".join(f"{name} {count}" for name, count in behaviours.most_common())),
            ("feed bodies read and parsed", str(self.reader.reads)),
            ("slowest graceful stop", f"{max(seconds for _, seconds in self.paper.exits):.1f} s"),
        )


async def run(plan: Plan, folder: Path) -> Campaign:
    """Run one campaign in `folder` and judge it."""
    chance = random.Random(plan.seed)
    script = _script(chance, plan.behaviours)
    folder.mkdir(parents=True, exist_ok=True)
    async with sites(SECRET, script, log=folder / "arrivals.ndjson") as receiving:
        paper = Paper(folder / "paper")
        paper.configure(_NO_BRAKE + _partners(receiving), feeds=FEED_FILES)
        campaign = Campaign(plan, paper, receiving, Reader(paper.base))
        try:
            token = await asyncio.to_thread(paper.command, "token")
            async with _noise(campaign, token, chance):
                await _end_again_and_again(campaign, chance)
            await _calm(campaign)
        finally:
            paper.end()
        _judge(campaign)
    return campaign


def _script(chance: random.Random, behaviours: Mapping[Behaviour, int]) -> Script:
    return Script(chance, tuple(behaviours), tuple(behaviours.values()))


@dataclass
class Script:
    """Behave by chance until calm."""

    chance: random.Random
    behaviours: Sequence[Behaviour]
    weights: Sequence[int]
    calm: bool = False

    def __call__(self, partner: str) -> Behaviour:
        return Behaviour.OK if self.calm else self.chance.choices(self.behaviours, self.weights)[0]


def _partners(receiving: Sites) -> str:
    return "".join(
        f'[partners.{name}]\nurl = "{receiving.url(name)}"\nsigning_secret = "env:PARTNER_SECRET"\n{extra}\n'
        for name, extra in PARTNERS.items()
    )


@asynccontextmanager
async def _noise(campaign: Campaign, token: str, chance: random.Random) -> AsyncIterator[None]:
    """Write and read for the length of the block."""
    stop = asyncio.Event()
    port, history = campaign.paper.port, campaign.history
    rooms = [Newsroom(n, port, token, history, random.Random(chance.random())) for n in range(NEWSROOMS)]
    async with asyncio.TaskGroup() as group:
        for room in rooms:
            group.create_task(room.write_until(stop))
        group.create_task(campaign.reader.read_until(stop))
        try:
            yield
        finally:
            stop.set()


async def _end_again_and_again(campaign: Campaign, chance: random.Random) -> None:
    began, plan = time.monotonic(), campaign.plan
    while campaign.cycles < plan.cycles or (plan.seconds and time.monotonic() - began < plan.seconds):
        campaign.cycles += 1
        if plan.ending is Ending.KILL:
            await _live_and_be_killed(campaign, chance)
        else:
            await campaign.paper.start()
            await asyncio.sleep(chance.uniform(SHORTEST_LIFE, LONGEST_LIFE))
            await _stop(campaign)


async def _live_and_be_killed(campaign: Campaign, chance: random.Random) -> None:
    if chance.random() < DIES_EARLY:
        campaign.paper.spawn()
        campaign.kills_at_start += 1
    else:
        await campaign.paper.start()
    await asyncio.sleep(chance.uniform(SHORTEST_LIFE, LONGEST_LIFE))
    campaign.kills.append(time.monotonic())
    campaign.paper.kill()


async def _stop(campaign: Campaign) -> None:
    """P15: a graceful stop ends in time, with nothing under way."""
    status, seconds = await campaign.paper.stop()
    if status != 0 or seconds > STOPS_WITHIN:
        campaign.problems.append(f"P15: stopped with {status} after {seconds:.1f} s")
    rows = checker.read_disk(campaign.paper.database).deliveries
    campaign.problems += [f"P15: {row['id']} is left under way" for row in rows if row["state"] == "sending"]


async def _calm(campaign: Campaign) -> None:
    """Let every partner be well and every retry go now, wait until nothing is owed, and stop in good order."""
    paper, receiving = campaign.paper, campaign.sites
    assert isinstance(receiving.script, Script)
    receiving.script.calm = True
    receiving.released.set()
    await asyncio.to_thread(paper.command, "resume")
    await paper.start()
    campaign.problems += await _until_nothing_is_owed(paper)
    await _read_feeds(campaign)
    await _stop(campaign)


async def _until_nothing_is_owed(paper: Paper) -> Sequence[str]:
    deadline = time.monotonic() + QUIET_WITHIN
    while time.monotonic() < deadline:
        left = [row for row in checker.read_disk(paper.database).deliveries if row["state"] in ("waiting", "sending")]
        if not left:
            return ()
        await asyncio.sleep(0.2)
    return (f"I13: {len(left)} deliveries are still owed {QUIET_WITHIN:.0f} s after the last start",)


async def _read_feeds(campaign: Campaign) -> None:
    disk = checker.read_disk(campaign.paper.database)
    async with aiohttp.ClientSession() as session:
        for address in FEEDS:
            async with session.get(campaign.paper.base + address) as answer:
                titles = titles_of(address, await answer.read())
            selected = FEED_SELECTIONS[address.removeprefix("/feeds/").partition(".")[0]]
            campaign.problems += checker.feed_is_newest(address, titles, disk, selected)


def _judge(campaign: Campaign) -> None:
    disk, arrivals = checker.read_disk(campaign.paper.database), campaign.sites.arrivals
    # The machine is shared with newsrooms, readers and partners, and perhaps with others: half of all starts decide.
    usual = median(campaign.paper.starts)
    slow = [f"P13: ready only after {usual:.1f} s"] if usual > READY_WITHIN else []
    campaign.problems += [
        *checker.disk_is_sound(disk),
        *checker.accepted_is_kept(campaign.history, disk),
        *checker.partners_agree(arrivals, disk, SELECTIONS),
        *checker.order_is_kept(arrivals),
        *checker.ids_are_stable(arrivals),
        *checker.repeats_have_reasons(arrivals, campaign.kills),
        *(f"I9: {problem}" for problem in campaign.reader.problems + campaign.history.stale_feeds),
        *(f"B24: a redirect was followed to {stray}" for stray in campaign.sites.strays),
        *slow,
    ]
