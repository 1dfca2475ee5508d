"""Run fault campaigns against the real process and print what held: `make prove ARGS="--cycles 200 --seed 7"`."""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.proof import campaign, stall
from tests.proof.campaign import PROMPT, Ending, Plan

STOPS = 10
Wanted = argparse.Namespace


def kill(wanted: Wanted, folder: Path) -> Sequence[str]:
    """kill -9 at random moments under load, partners of every kind"""
    seconds = None if wanted.minutes is None else wanted.minutes * 60
    return _run(Plan(wanted.seed, wanted.cycles or 50, seconds=seconds), folder)


def stop(wanted: Wanted, folder: Path) -> Sequence[str]:
    """SIGTERM at random moments under load, partners that answer or refuse at once"""
    return _run(Plan(wanted.seed, wanted.cycles or STOPS, Ending.STOP, behaviours=PROMPT), folder)


def stand_still(wanted: Wanted, folder: Path) -> Sequence[str]:
    """SIGSTOP for longer than a lease with sends under way, then SIGCONT"""
    seen = asyncio.run(stall.run(folder))
    _print_table(
        [("deliveries under way", str(len(seen.sent_before))), ("stalled for", f"{stall.STALL_SECONDS:.0f} s")]
    )
    return seen.problems


CAMPAIGNS: Mapping[str, Callable[[Wanted, Path], Sequence[str]]] = {"kill": kill, "stop": stop, "stall": stand_still}


def main() -> int:
    """Run the campaigns; exit status 1 where a promise was broken. The records stay for whoever looks."""
    wanted = _arguments()
    folder = Path(tempfile.mkdtemp(prefix="syndicate-proof-"))
    print(f"seed {wanted.seed}, records in {folder}", flush=True)
    broken: list[str] = []
    for name in [wanted.only] if wanted.only else CAMPAIGNS:
        print(f"{name}: {CAMPAIGNS[name].__doc__}", flush=True)
        found = CAMPAIGNS[name](wanted, folder / name)
        print(f"  {len(found)} broken promises" if found else "  every promise held", flush=True)
        broken += found
    for problem in broken:
        print(problem, file=sys.stderr)
    return 1 if broken else 0


def _run(plan: Plan, folder: Path) -> Sequence[str]:
    done = asyncio.run(campaign.run(plan, folder))
    _print_table(done.table())
    return done.problems


def _arguments() -> Wanted:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cycles", type=int, help="how often to end the service (50 kills, 10 stops)")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6), help="repeat a campaign")
    parser.add_argument("--minutes", type=float, help="go on killing for so long")
    parser.add_argument("--only", choices=CAMPAIGNS, help="run one campaign")
    return parser.parse_args()


def _print_table(lines: Sequence[tuple[str, str]]) -> None:
    width = max(len(name) for name, _ in lines)
    for name, value in lines:
        print(f"  {name:<{width}}  {value}")


if __name__ == "__main__":
    sys.exit(main())
