"""Durable signed deliveries per second, first to last arrival, beside a bare client loop that signs the same bodies."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from subprocess import Popen

from scripts.measuring import papers
from scripts.measuring.processes import (
    free_port,
    last_line,
    module,
    run_module,
    secret_environment,
    service,
    wait_for,
)
from scripts.measuring.results import Goal, Result, interleaved

DELIVERIES = 6_000
CONCURRENCY = 64
GOAL = Goal(reach=0.35, aim=0.5)


@dataclass(frozen=True)
class Setting:
    """Deliveries that are owed already: `paper` holds the store, `bodies` what a first run sent."""

    folder: Path
    receiver_port: int
    partners: int

    @property
    def bodies(self) -> Path:
        return self.folder / "bodies.json"


def measure(folder: Path, pairs: int) -> Iterator[Result]:
    """Yield the results for one partner and for ten, the same number of deliveries in all."""
    for partners in (1, 10):
        setting = _prepare(folder / f"to-{partners}", partners)
        _ours(setting, "--save", str(setting.bodies))
        ours, beside = interleaved(pairs, partial(_ours, setting), partial(_bare, setting))
        name = f"deliveries to {partners} partner{'s' if partners > 1 else ''}"
        yield Result(name, "deliveries/s", ours, "bare aiohttp client loop", beside, GOAL)


def _prepare(folder: Path, partners: int) -> Setting:
    receiver_port = free_port()
    # As many at once as the bare loop, however many partners share them.
    each = max(1, CONCURRENCY // partners)
    extra = papers.partners(partners, port=receiver_port, concurrency=each)
    papers.configure(folder / "paper", port=free_port(), extra=extra, feeds={"latest": 'title = "Latest"\n'})
    papers.fill(folder / "paper", range(DELIVERIES // partners))
    return Setting(folder, receiver_port, partners)


def _ours(setting: Setting, *options: str) -> float:
    """Start a service on a copy of the store; everything is due, and goes."""
    copy = setting.folder / "copy"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(setting.folder / "paper", copy)
    with _receiver(setting, *options) as receiver, service(copy, free_port()):
        return float(last_line(receiver))


def _bare(setting: Setting) -> float:
    secret = secret_environment()["MEASURE_SECRET"]
    port, bodies = str(setting.receiver_port), str(setting.bodies)
    with _receiver(setting) as receiver:
        run_module("scripts.measuring.bare_sender", port, bodies, secret, "--concurrency", str(CONCURRENCY))
        return float(last_line(receiver))


@contextmanager
def _receiver(setting: Setting, *options: str) -> Iterator[Popen[str]]:
    arguments = (str(setting.receiver_port), str(DELIVERIES), secret_environment()["MEASURE_SECRET"])
    with module("scripts.measuring.receiver", *arguments, *options) as process:
        wait_for(setting.receiver_port, process)
        yield process
