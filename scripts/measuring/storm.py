"""A storm of ten thousand readers with mixed validators, beside the same readers without any."""

from __future__ import annotations

import os
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from scripts.measuring import papers
from scripts.measuring.processes import MeasuringError, free_port, module, processor, run_module, wait_for
from scripts.measuring.results import Result, Skipped

STORED = 200
READERS = 10_000
SERVER, CLIENT = 0, 1
_PATH = "/feeds/latest.rss"
_PROXY = 'trusted_proxies = ["127.0.0.1"]\n'
# Every reader comes back for the next storm sooner than a polite one would.
_LIMITS = "feed_requests_per_minute = 1000\n"
_BESIDE = "the same readers without validators"
_PROC = Path("/proc")


@dataclass(frozen=True)
class Storm:
    """What one storm came to."""

    full_share: float
    sent_megabytes: float
    cpu_seconds: float


def measure(folder: Path, pairs: int) -> Iterator[Result | Skipped]:
    """Yield the share of full answers, what was sent, and what the server computed."""
    if not (_PROC / "self" / "stat").exists():
        yield Skipped("storm of readers", "only Linux tells what a process has computed")
        return
    port = free_port()
    config = _configure(folder / "paper", port)
    papers.fill(config.parent, range(STORED))
    with ExitStack() as stack:
        with processor(SERVER):
            process = stack.enter_context(module("syndicate", "--config", str(config), "serve", "--port", str(port)))
        wait_for(port, process)
        storm = partial(_storm, port, process.pid)
        etag = _etag(port)
        measured = [(storm(etag), storm(None)) for _ in range(pairs)]
    for what, unit, name in (
        ("full answers", "share", "full_share"),
        ("sent", "MB", "sent_megabytes"),
        ("the server's processor time", "s", "cpu_seconds"),
    ):
        ours, beside = (tuple(getattr(each[side], name) for each in measured) for side in (0, 1))
        yield Result(f"storm of {READERS:,} readers: {what}", unit, ours, _BESIDE, beside)


def _configure(folder: Path, port: int) -> Path:
    """Write a configuration that believes the addresses our readers name; returns its file."""
    papers.configure(folder, port=port, feeds={"latest": 'title = "Latest"\nitems = 20\n'})
    config = folder / "config.toml"
    text = config.read_text("utf-8")
    config.write_text(
        text.replace("[network]", f"{_PROXY}[network]", 1).replace("[limits]\n", f"[limits]\n{_LIMITS}"), "utf-8"
    )
    return config


def _storm(port: int, pid: int, etag: str | None) -> Storm:
    before = _cpu_seconds(pid)
    with processor(CLIENT):
        validators = () if etag is None else ("--etag", etag)
        told = run_module("scripts.measuring.pollers", str(port), _PATH, "--readers", str(READERS), *validators)
    statuses = told["statuses"]
    if set(statuses) - {"200", "304"}:
        raise MeasuringError(f"readers were answered {statuses}")
    return Storm(statuses.get("200", 0) / READERS, told["bytes"] / 1e6, _cpu_seconds(pid) - before)


def _cpu_seconds(pid: int) -> float:
    """Return the time a process has computed, in itself and for it in the system."""
    # The name in brackets may hold spaces; user and system time are the 14th and 15th field.
    fields = (_PROC / str(pid) / "stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _etag(port: int) -> str:
    request = urllib.request.Request(f"http://127.0.0.1:{port}{_PATH}", headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(request, timeout=30) as response:  # noqa: S310  # loopback
        return str(response.headers["ETag"])
