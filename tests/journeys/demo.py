"""`syndicate demo` as a process of its own, seen through its output and over HTTP."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode, urlsplit

START_SECONDS = 30.0
STOP_SECONDS = 25.0
ARRIVE_SECONDS = 20.0


class Demo:
    """A running demo, seen through its output and over HTTP."""

    def __init__(self, process: subprocess.Popen[bytes], output: Path) -> None:
        self.process = process
        self._output = output
        until(lambda: "Ctrl-C" in self.text or process.poll() is not None, START_SECONDS)
        assert process.poll() is None, self.text
        addresses = re.findall(r"^  (http://127\.0\.0\.1:\d+)/ ", self.text, re.MULTILINE)
        self.first, self.second = addresses

    @property
    def text(self) -> str:
        return self._output.read_text("utf-8")

    def get(self, url: str) -> tuple[int, str]:
        return exchange("GET", url)

    def press(self, button: str, article: str = "") -> str:
        """Press a button of the stage, as its form does; returns where the answer leads."""
        url = f"{self.first}/demo/{button}"
        status, where = exchange("POST", url, body=urlencode({"article": article}), origin=self.first)
        assert status == 303, where
        return where

    def line(self, article: str) -> str:
        return self.get(f"{self.first}/demo/line?article={article}")[1]

    def stop(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(STOP_SECONDS)


def exchange(method: str, url: str, *, body: str | None = None, origin: str | None = None) -> tuple[int, str]:
    """Send one request; returns the status and the text, or where a redirect leads."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=10)
    headers = {"Content-Type": "application/x-www-form-urlencoded"} | ({"Origin": origin} if origin else {})
    try:
        connection.request(method, f"{parts.path}?{parts.query}", body=body, headers=headers)
        answer = connection.getresponse()
        text = answer.read().decode("utf-8")
        return answer.status, answer.getheader("Location") or text
    finally:
        connection.close()


def until(happened: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)


@contextmanager
def a_demo(folder: Path, *options: str) -> Iterator[Demo]:
    output = folder / "output.txt"
    # The package is found wherever it is imported from; the folder holds no project.
    paths = {"PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    command = [sys.executable, "-m", "syndicate", "demo", *options]
    with output.open("wb") as stream:
        process = subprocess.Popen(command, cwd=folder, stdout=stream, stderr=stream, env=os.environ | paths)
    try:
        yield Demo(process, output)
    finally:
        process.kill()
        process.wait()
