"""A publisher's own folder, in which the real program is run as its people run it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from tests.papers import CONFIG, FEEDS, SECRET

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 30.0
STOP_SECONDS = 30.0


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass
class Serving:
    """A service under way; `log` is where its standard error goes."""

    process: subprocess.Popen[bytes]
    log: Path

    def stop(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        return self.process.wait(STOP_SECONDS)

    def events(self) -> list[dict[str, Any]]:
        lines = self.log.read_text("utf-8").splitlines()
        return [json.loads(line) for line in lines if line.endswith("}")]


@dataclass
class Shop:
    """A folder with a configuration."""

    folder: Path
    port: int
    environ: dict[str, str] = field(default_factory=dict)

    @property
    def config(self) -> Path:
        return self.folder / "config.toml"

    def run(self, *arguments: str, stdin: str = "", timeout: float = 60) -> Done:
        """Run a command to its end."""
        ended = subprocess.run(
            self._command(arguments), cwd=self.folder, env=self._environ(), input=stdin.encode(), timeout=timeout,
            capture_output=True, check=False,
        )  # fmt: skip
        return Done(ended.returncode, ended.stdout.decode(), ended.stderr.decode())

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start a command whose end the test waits for itself."""
        return subprocess.Popen(
            self._command(arguments), cwd=self.folder, env=self._environ(), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    @contextmanager
    def serving(self, *options: str) -> Iterator[Serving]:
        """Run the service, from its first answer on, until the block ends."""
        log = self.folder / f"serve-{self.port}.log"
        with log.open("wb") as errors:
            process = subprocess.Popen(
                self._command(("serve", *options)), cwd=self.folder, env=self._environ(), stderr=errors
            )
            try:
                wait_until(lambda: process.poll() is not None or self.get("/healthz") == 200)
                assert process.poll() is None, log.read_text("utf-8")
                yield Serving(process, log)
            finally:
                with suppress(ProcessLookupError):
                    process.kill()
                process.wait()

    def get(self, path: str) -> int:
        """Return the status of an answer, 0 where there is none."""
        return self._answer(path)[0]

    def read(self, path: str) -> bytes:
        return self._answer(path)[1]

    def _answer(self, path: str) -> tuple[int, bytes]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read()
        except OSError:
            return 0, b""
        finally:
            connection.close()

    def _command(self, arguments: tuple[str, ...]) -> list[str]:
        return [sys.executable, "-m", "syndicate", "--config", str(self.config), *arguments]

    def _environ(self) -> Mapping[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("SYNDICATE_")}
        return kept | {"PYTHONPATH": str(ROOT), "PARTNER_SECRET": SECRET} | self.environ


def a_shop(folder: Path, extra: str = "", **environ: str) -> Shop:
    """Write a configuration for a free port."""
    (folder / "feeds").mkdir(parents=True)
    for slug, text in FEEDS.items():
        (folder / "feeds" / f"{slug}.toml").write_text(text, "utf-8")
    port = free_port()
    server = f"[server]\nport = {port}\n"
    (folder / "config.toml").write_text(CONFIG.format(port=port, title="Harbour Daily") + server + extra, "utf-8")
    return Shop(folder, port, environ)


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def wait_until(happened: Any, seconds: float = START_SECONDS) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)
