"""Ten thousand deliveries to fifty partners, ten of them sick, beside the same without the ten: what others feel."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from subprocess import Popen

from scripts.measuring import papers, stories
from scripts.measuring.processes import MeasuringError, free_port, last_line, module, service, wait_for
from scripts.measuring.results import Result, interleaved
from scripts.measuring.sickbay import HANGING, PARTNERS, REFUSING, SLOW

ARTICLES = 200
SICK = (*REFUSING, *HANGING, *SLOW)
WELL = tuple(number for number in range(PARTNERS) if number not in SICK)
CONCURRENCY = 2
# So slowly that nobody waits for the machine: what is left is what the sick cost.
SECONDS_BETWEEN = 0.05
_FEEDS = {"latest": 'title = "Latest"\n'}
_BESIDE = "without the ten sick"


@dataclass(frozen=True)
class Paper:
    """A paper in a folder with a number of partners: one that owes everything already, and one that owes nothing."""

    folder: Path
    receiver_port: int
    token: str

    def all_at_once(self) -> float:
        """Start on what is owed; return how many deliveries a second reached who is well."""
        with _receiver(self.receiver_port) as receiver, service(_copy(self.folder / "owing"), free_port()):
            return float(last_line(receiver)["per_second"])

    def as_they_come(self) -> float:
        """Put articles one by one; return the 99th percentile in milliseconds from commit to who is well."""
        port = free_port()
        with _receiver(self.receiver_port) as receiver, service(_copy(self.folder / "empty"), port):
            self._put_all(port)
            return float(last_line(receiver)["p99_ms"])

    def _put_all(self, port: int) -> None:
        connection = HTTPConnection("127.0.0.1", port, timeout=60)
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        began = time.monotonic()
        for number in range(ARTICLES):
            time.sleep(max(0.0, began + number * SECONDS_BETWEEN - time.monotonic()))
            path = f"/api/v1/articles/{stories.quoted_id(number)}"
            connection.request("PUT", path, stories.document(number), headers)
            answer = connection.getresponse()
            answer.read()
            if answer.status != 201:
                raise MeasuringError(f"PUT was answered with {answer.status}")
        connection.close()


def measure(folder: Path, pairs: int) -> Iterator[Result]:
    """Yield the throughput and the 99th percentile of who is well, each beside a run without the sick."""
    sick, alone = _paper(folder / "with-sick", (*SICK, *WELL)), _paper(folder / "alone", WELL)
    what = f"{ARTICLES * PARTNERS:,} deliveries to {PARTNERS} partners, 5 dead and 5 slow"
    ours, beside = interleaved(pairs, sick.all_at_once, alone.all_at_once)
    yield Result(f"{what}: to the others", "deliveries/s", ours, _BESIDE, beside)
    ours, beside = interleaved(pairs, sick.as_they_come, alone.as_they_come)
    yield Result(f"{what}: the others' 99th percentile", "ms", ours, _BESIDE, beside)


def _paper(folder: Path, numbers: tuple[int, ...]) -> Paper:
    receiver_port, nobody = free_port(), free_port()
    section = partial(papers.partner, concurrency=CONCURRENCY)
    extra = "".join(section(n, port=nobody if n in REFUSING else receiver_port) for n in numbers)
    for name in ("owing", "empty"):
        papers.configure(folder / name, port=free_port(), extra=extra, feeds=_FEEDS)
    papers.fill(folder / "owing", range(ARTICLES))
    return Paper(folder, receiver_port, papers.fill(folder / "empty", ()))


def _copy(folder: Path) -> Path:
    copy = folder.with_name("copy")
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(folder, copy)
    return copy


@contextmanager
def _receiver(port: int) -> Iterator[Popen[str]]:
    with module("scripts.measuring.sickbay", str(port), str(ARTICLES * len(WELL))) as process:
        wait_for(port, process)
        yield process
