"""Processes that are measured: started on loopback, waited for, and ended by their own id."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 30.0
RUN_SECONDS = 180.0


class MeasuringError(Exception):
    """A benchmark could not be run; the text says why."""


@contextmanager
def processor(number: int) -> Iterator[None]:
    """Keep what the block starts on one processor, where there are several.

    Left alone, the system likes to put a server beside the client that woke it, and half of the machine stands idle.
    """
    free = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    if len(free) < 2:
        yield
        return
    os.sched_setaffinity(0, {free[number]})
    try:
        yield
    finally:
        os.sched_setaffinity(0, free)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def run_module(name: str, *arguments: str) -> Any:
    """Run `python -m NAME` to its end and return the JSON document it prints."""
    words = [sys.executable, "-m", name, *arguments]
    done = subprocess.run(  # noqa: S603  # our own modules
        words, cwd=ROOT, capture_output=True, text=True, timeout=RUN_SECONDS, check=False
    )
    if done.returncode != 0:
        raise MeasuringError(f"{name} failed: {done.stderr.strip()[-2_000:]}")
    return json.loads(done.stdout)


def module(name: str, *arguments: str) -> AbstractContextManager[subprocess.Popen[str]]:
    """Run `python -m NAME` beside the block."""
    return command(sys.executable, "-m", name, *arguments)


@contextmanager
def command(*words: str) -> Iterator[subprocess.Popen[str]]:
    """Run a command beside the block; it is ended where it has not ended by itself."""
    environment = {**os.environ, **secret_environment()}
    process = subprocess.Popen(  # noqa: S603  # our own modules, and nginx
        words, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        yield process
    finally:
        end(process)


def end(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout:
        process.stdout.close()


@contextmanager
def service(folder: Path, port: int) -> Iterator[None]:
    """Run `syndicate serve` for the configuration in `folder`, from when it answers to the end of the block."""
    config = ("--config", str(folder / "config.toml"))
    with module("syndicate", *config, "serve", "--port", str(port)) as process:
        wait_for(port, process)
        yield


def secret_environment() -> dict[str, str]:
    """Return the variables the measured configurations refer to."""
    return {"MEASURE_SECRET": "whsec_" + "bWVhc3VyZSBtZWFzdXJlIG1lYXN1cmUgbWU="}


def wait_for(port: int, process: subprocess.Popen[str]) -> None:
    """Wait until something listens. Raises MeasuringError."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise MeasuringError(f"nothing listens on port {port}: {process.args!r} ended or is too slow")


def last_line(process: subprocess.Popen[str]) -> Any:
    """Wait for a process to end and return the JSON document it prints."""
    try:
        printed, _ = process.communicate(timeout=RUN_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise MeasuringError(f"{process.args!r} did not end within {RUN_SECONDS:.0f} s") from error
    if process.returncode != 0 or not printed.strip():
        raise MeasuringError(f"{process.args!r} failed")
    return json.loads(printed)
