"""Accepted articles per second, singly over HTTP and in bulk, beside a loop that only writes the same bytes."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from scripts.measuring import papers, stories
from scripts.measuring.processes import free_port, run_module, service
from scripts.measuring.results import Result, interleaved

SINGLY = 400
SIDE_BY_SIDE = 16
BULK = 2_000
FEEDS = 6


def measure(folder: Path, pairs: int) -> Iterator[Result]:
    """Yield the results: one PUT after the other, sixteen at a time, and records accepted in one process."""
    port = free_port()
    paper = papers.configure(folder / "paper", port=port, feeds=stories.feed_files(FEEDS))
    token = papers.fill(paper, range(1))
    numbers = iter(range(1, 10**9, max(SINGLY, BULK)))
    bare = partial(_bare, folder)
    with service(paper, port):
        for name, clients in (("PUT, one after the other", 1), (f"PUT, {SIDE_BY_SIDE} at a time", SIDE_BY_SIDE)):
            ours = partial(_put, port, token, numbers, clients)
            yield Result(name, "articles/s", *_beside(interleaved(pairs, ours, bare)))
    ours = partial(_bulk, folder)
    yield Result(f"{BULK:,} records in bulk", "articles/s", *_beside(interleaved(pairs, ours, bare)))


def _beside(measured: tuple[tuple[float, ...], tuple[float, ...]]) -> tuple[tuple[float, ...], str, tuple[float, ...]]:
    return measured[0], "bare SQLite, a commit each", measured[1]


def _put(port: int, token: str, numbers: Iterator[int], clients: int) -> float:
    first, options = next(numbers), ("--clients", str(clients))
    return float(run_module("scripts.measuring.putter", str(port), token, str(first), str(SINGLY), *options))


def _bulk(folder: Path) -> float:
    """Accept into an empty store, with its index files in the configuration as before."""
    empty = folder / "empty"
    shutil.rmtree(empty, ignore_errors=True)
    papers.configure(empty, port=free_port(), feeds=stories.feed_files(FEEDS))
    return float(run_module("scripts.measuring.importer", str(empty), str(BULK)))


def _bare(folder: Path) -> float:
    database = folder / "bare.db"
    for left in folder.glob("bare.db*"):
        left.unlink()
    return float(run_module("scripts.measuring.bare_store", str(database), str(SINGLY)))
