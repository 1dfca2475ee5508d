"""kill -9 at random moments under load: nothing accepted is lost, nobody goes back, feeds are whole."""

from __future__ import annotations

import random
from pathlib import Path

from tests.proof.campaign import Plan, run
from tests.proof.load import Told

CYCLES = 8


async def test_whatever_dies_under_load_every_promise_holds(tmp_path: Path) -> None:
    seed = random.SystemRandom().randrange(10**6)
    campaign = await run(Plan(seed=seed, cycles=CYCLES), tmp_path)
    assert campaign.problems == [], f"seed {seed}; see `make prove ARGS='--seed {seed} --cycles {CYCLES}'`"
    assert campaign.history.count(Told.OK) > 20
    assert len(campaign.sites.arrivals) > 50
    assert campaign.reader.reads > 20
