"""Run the benchmarks and print their table; `--write` puts it into docs/measurements.md."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from scripts.measuring import acceptance, deliveries, feeds, freshness, sick, storm
from scripts.measuring.processes import ROOT, MeasuringError
from scripts.measuring.results import Result, Skipped, markdown, table

Benchmark = Callable[[Path, int], Iterator[Result | Skipped]]
BENCHMARKS: dict[str, Benchmark] = {
    "feeds": feeds.measure,
    "storm": storm.measure,
    "deliveries": deliveries.measure,
    "sick": sick.measure,
    "acceptance": acceptance.measure,
    "freshness": freshness.measure,
}
TARGET = ROOT / "docs" / "measurements.md"
# What stands after this line of the document is written anew.
MARK = "<!-- measured: the rest is written by make measure ARGS=--write -->\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=BENCHMARKS, action="append", help="run only this benchmark; may be repeated")
    parser.add_argument("--pairs", type=int, default=5, help="how often each side is measured (default 5)")
    parser.add_argument("--write", action="store_true", help="put the table into docs/measurements.md")
    asked = parser.parse_args()
    if asked.pairs < 1 or (asked.write and asked.only):
        parser.error("--pairs begins at 1, and --write wants every benchmark")
    console = Console()
    found = list(run(asked.only or list(BENCHMARKS), asked.pairs, console))
    results = [each for each in found if isinstance(each, Result)]
    skipped = [each for each in found if isinstance(each, Skipped)]
    console.print(table(results))
    for each in skipped:
        console.print(f"Skipped: {each.name}: {each.reason}.")
    if asked.write:
        write(results, skipped, pairs=asked.pairs)
        console.print(f"Written to {TARGET.relative_to(ROOT)}.")


def run(names: list[str], pairs: int, console: Console) -> Iterator[Result | Skipped]:
    """Run benchmarks one after the other; one that cannot run is named, and the others go on."""
    for name in names:
        with (
            tempfile.TemporaryDirectory(prefix="syndicate-measure-") as folder,
            console.status(f"Measuring {name}: {pairs} interleaved pairs each"),
        ):
            try:
                yield from BENCHMARKS[name](Path(folder), pairs)
            except MeasuringError as error:
                yield Skipped(name, str(error))


def write(results: list[Result], skipped: list[Skipped], *, pairs: int) -> None:
    """Put the measured part of the document anew; what people wrote above the mark stays."""
    written, _, _ = TARGET.read_text("utf-8").partition(MARK)
    left_out = "".join(f"- Skipped: {each.name}: {each.reason}.\n" for each in skipped)
    measured = f"\nMeasured on {machine()}, {pairs} interleaved pairs each.\n\n{markdown(results)}\n\n{left_out}"
    TARGET.write_text(f"{written}{MARK}{measured.rstrip()}\n", "utf-8")


def machine() -> str:
    """Say when and where it was measured, and what else the machine did."""
    busy = ", ".join(f"{load:.1f}" for load in os.getloadavg())
    python = ".".join(str(part) for part in sys.version_info[:3])
    today = datetime.now(UTC).date()
    return (
        f"{today}, {os.cpu_count()} processors ({platform.machine()}), {platform.system()}, Python {python}, "
        f"load averages {busy}"
    )


if __name__ == "__main__":
    main()
