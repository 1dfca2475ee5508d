"""The service as a real process in a folder of its own, to be started, killed, stopped and stalled."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from tests.papers import FEEDS, SECRET, configure

ROOT = Path(__file__).resolve().parents[2]
LONGEST_START = 30.0
POLL = 0.02


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Paper:
    """One `python -m syndicate … serve`; `starts` are the seconds from spawning to readiness."""

    folder: Path
    port: int = field(default_factory=free_port)
    starts: list[float] = field(default_factory=list)
    exits: list[tuple[int, float]] = field(default_factory=list)
    process: subprocess.Popen[bytes] | None = None

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def database(self) -> Path:
        return self.folder / "data" / "syndicate.db"

    @property
    def log(self) -> Path:
        return self.folder / "service.log"

    def configure(self, extra: str, feeds: Mapping[str, str] = FEEDS) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        configure(self.folder, extra, port=self.port, feeds=feeds)

    def command(self, name: str) -> str:
        """Run one of the steward's commands in a process of its own; the service must not run."""
        arguments = [sys.executable, "-m", "tests.proof.steward", name, str(self.folder / "config.toml")]
        done = subprocess.run(arguments, env=self._environment(), capture_output=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode().strip()

    def spawn(self) -> None:
        arguments = [sys.executable, "-m", "syndicate", "--config", str(self.folder / "config.toml"), "serve"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*arguments, "--port", str(self.port)], env=self._environment(), stdout=log, stderr=log
            )

    async def start(self) -> None:
        """Spawn the service and wait until it says that it is ready."""
        began = time.monotonic()
        self.spawn()
        await self.ready()
        self.starts.append(time.monotonic() - began)

    async def ready(self) -> None:
        assert self.process is not None
        deadline = time.monotonic() + LONGEST_START
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=2)) as session:
            while time.monotonic() < deadline and self.process.poll() is None:
                with suppress(aiohttp.ClientError, TimeoutError):
                    async with session.get(f"{self.base}/readyz") as answer:
                        if answer.status == 200:
                            return
                await asyncio.sleep(POLL)
        raise AssertionError(f"the service is not ready; its log ends: {self.log.read_text('utf-8')[-2000:]}")

    def kill(self) -> None:
        """Kill -9: nothing is finished, nothing is said."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(timeout=10)

    async def stop(self) -> tuple[int, float]:
        """Send SIGTERM; returns the exit status and how many seconds it took."""
        assert self.process is not None
        began = time.monotonic()
        self.process.terminate()
        status = await asyncio.to_thread(self.process.wait, 60)
        self.exits.append((status, time.monotonic() - began))
        return self.exits[-1]

    def stall(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)

    def end(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.kill()

    def _environment(self) -> dict[str, str]:
        return os.environ | {"PARTNER_SECRET": SECRET, "PYTHONPATH": str(ROOT)}
