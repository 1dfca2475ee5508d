"""Run fault campaigns against the real process and print what held: `make prove ARGS="--cycles 200 --seed 7"`."""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.proof.campaign import Plan, run


def main() -> int:
    """Run one campaign; exit status 1 where a promise was broken, with the folder kept for whoever looks."""
    wanted = _arguments()
    folder = Path(tempfile.mkdtemp(prefix="syndicate-proof-"))
    seconds = None if wanted.minutes is None else wanted.minutes * 60
    print(f"kill -9, {wanted.cycles} times at least, seed {wanted.seed}; records in {folder}", flush=True)
    campaign = asyncio.run(run(Plan(wanted.seed, wanted.cycles, seconds), folder))
    _print_table(campaign.table())
    for problem in campaign.problems:
        print(problem, file=sys.stderr)
    return 1 if campaign.problems else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cycles", type=int, default=50, help="how often to kill the service")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6), help="repeat a campaign")
    parser.add_argument("--minutes", type=float, help="go on killing for so long")
    return parser.parse_args()


def _print_table(lines: Sequence[tuple[str, str]]) -> None:
    width = max(len(name) for name, _ in lines)
    for name, value in lines:
        print(f"  {name:<{width}}  {value}")


if __name__ == "__main__":
    sys.exit(main())
