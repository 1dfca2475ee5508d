"""Requests per second for a feed, beside a bare aiohttp handler, and nginx where there is one, with the same bytes."""

from __future__ import annotations

import shutil
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from subprocess import Popen

from scripts.measuring import papers
from scripts.measuring.processes import command, free_port, module, processor, run_module, service, wait_for
from scripts.measuring.results import Goal, Result, Skipped, interleaved

STORED = 200
SECONDS = 3.0
CONNECTIONS = 16
SERVER, CLIENT = 0, 1
GOAL = Goal(reach=0.75, aim=0.9)
_PATH = "/feeds/latest.rss"
_ASKED = "Accept-Encoding: gzip"
_NGINX = """
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
  access_log off; client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
  uwsgi_temp_path {folder}; scgi_temp_path {folder}; keepalive_requests 100000000;
  server {{ listen 127.0.0.1:{port}; location / {{ root {folder}/www; }} }}
}}
"""


def measure(folder: Path, pairs: int) -> Iterator[Result | Skipped]:
    """Yield the results; all servers run throughout, the idle ones idle."""
    with ExitStack() as stack:
        port = free_port()
        papers.configure(folder / "paper", port=port, feeds={"latest": 'title = "Latest"\nitems = 20\n'})
        papers.fill(folder / "paper", range(STORED))
        with processor(SERVER):
            stack.enter_context(service(folder / "paper", port))
        body, etag = _fetch(port)
        with processor(SERVER):
            bare = stack.enter_context(_bare(folder, body))
        ours = _rate(port, _ASKED)
        what = f"feed, {len(body) / 1024:.0f} KiB gzip, 200"
        yield Result(what, "requests/s", *_paired(pairs, ours, "bare aiohttp handler", _rate(bare, _ASKED)), GOAL)
        held = _rate(port, _ASKED, f"If-None-Match: {etag}", status="304")
        yield Result("feed, unchanged, 304", "requests/s", *_paired(pairs, held, "the same feed, 200", ours))
        if shutil.which("nginx") is None:
            yield Skipped("feed beside nginx", "no nginx is installed here")
            return
        with processor(SERVER):
            nginx = stack.enter_context(_nginx(folder, body))
        yield Result(what, "requests/s", *_paired(pairs, ours, "nginx, a file", _rate(nginx, _ASKED)))


def _paired(
    pairs: int, ours: Callable[[], float], compared_with: str, beside: Callable[[], float]
) -> tuple[tuple[float, ...], str, tuple[float, ...]]:
    ours_measured, beside_measured = interleaved(pairs, ours, beside)
    return ours_measured, compared_with, beside_measured


def _rate(port: int, *headers: str, status: str = "200") -> Callable[[], float]:
    options = ["--connections", str(CONNECTIONS), "--seconds", str(SECONDS), "--status", status]
    asked = [f"--header={header}" for header in headers]
    arguments = (str(port), _PATH, *options, *asked)

    def rate() -> float:
        with processor(CLIENT):
            return float(run_module("scripts.measuring.load", *arguments))

    return rate


def _fetch(port: int) -> tuple[bytes, str]:
    request = urllib.request.Request(f"http://127.0.0.1:{port}{_PATH}", headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(request, timeout=30) as response:  # noqa: S310  # loopback
        return response.read(), response.headers["ETag"]


@contextmanager
def _bare(folder: Path, body: bytes) -> Iterator[int]:
    port = free_port()
    (folder / "body").write_bytes(body)
    options = ("--type", "application/rss+xml; charset=utf-8", "--coding", "gzip")
    with module("scripts.measuring.bare_server", str(port), str(folder / "body"), *options) as process:
        wait_for(port, process)
        yield port


@contextmanager
def _nginx(folder: Path, body: bytes) -> Iterator[int]:
    port = free_port()
    (folder / "www" / "feeds").mkdir(parents=True)
    (folder / "www" / "feeds" / "latest.rss").write_bytes(body)
    (folder / "nginx.conf").write_text(_NGINX.format(folder=folder, port=port), "utf-8")
    process: Popen[str]
    with command("nginx", "-p", str(folder), "-c", str(folder / "nginx.conf")) as process:
        wait_for(port, process)
        yield port
