"""SIGTERM: nothing new is begun, what is under way ends, the rest waits for the next start."""

from __future__ import annotations

import random
from pathlib import Path

from tests.papers import SECRET
from tests.proof import checker
from tests.proof.asking import ask
from tests.proof.campaign import PROMPT, STOPS_WITHIN, Ending, Plan, run
from tests.proof.process import Paper
from tests.proof.receivers import Behaviour, sites
from tests.proof.steps import Behaviours, partner_sections, until

CYCLES = 3
STORIES = 8


async def test_a_graceful_stop_under_load_loses_and_repeats_nothing(tmp_path: Path) -> None:
    seed = random.SystemRandom().randrange(10**6)
    campaign = await run(Plan(seed=seed, cycles=CYCLES, ending=Ending.STOP, behaviours=PROMPT), tmp_path)
    assert campaign.problems == [], f"seed {seed}; see `make prove ARGS='--only stop --seed {seed} --cycles {CYCLES}'`"
    assert len(campaign.sites.arrivals) > 20


async def test_partners_that_hang_hold_up_a_stop_for_less_than_25_seconds(tmp_path: Path) -> None:
    async with sites(SECRET, Behaviours({"gazette": Behaviour.DRIP})) as receiving:
        paper = Paper(tmp_path / "paper")
        paper.configure(partner_sections(receiving, {"gazette": ""}))
        token = paper.command("token")
        try:
            await paper.start()
            for number in range(STORIES):
                target = f"/api/v1/articles/tag:harbour.example,2026:{number}"
                await ask(paper.port, "PUT", target, {"title": f"Story {number}", "categories": ["World"]}, token=token)
            await until(lambda: len(receiving.begun) == 2)
            status, seconds = await paper.stop()
        finally:
            paper.end()
        assert (status, len(receiving.begun)) == (0, 2)
        assert seconds < STOPS_WITHIN
        states = [row["state"] for row in checker.read_disk(paper.database).deliveries]
        assert states.count("waiting") >= STORIES - 2
