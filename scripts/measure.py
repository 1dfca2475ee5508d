"""Run the benchmarks and print their table; `--write` puts it into docs/measurements.md."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from rich.console import Console

from scripts.measuring import deliveries, feeds
from scripts.measuring.results import Result, Skipped, table

BENCHMARKS = {"feeds": feeds.measure, "deliveries": deliveries.measure}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=BENCHMARKS, action="append")
    parser.add_argument("--pairs", type=int, default=5)
    asked = parser.parse_args()
    console = Console()
    found: list[Result | Skipped] = []
    for name in asked.only or BENCHMARKS:
        with tempfile.TemporaryDirectory(prefix="measure-") as folder:
            for each in BENCHMARKS[name](Path(folder), asked.pairs):
                console.print(each)
                found.append(each)
    console.print(table([each for each in found if isinstance(each, Result)]))


if __name__ == "__main__":
    main()
