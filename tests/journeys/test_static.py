"""A static copy behind a real nginx: the conditions, codings and headers that the service itself would answer with."""

from __future__ import annotations

import asyncio
import gzip
import os
import shutil
import socket
import subprocess
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from multidict import CIMultiDictProxy

from syndicate.actions.publish import publish
from syndicate.actions.retract import retract
from syndicate.app.configuration import load_configuration
from syndicate.app.service import Service, running
from syndicate.connectors.static_directory import StaticDirectory
from tests.builders import NOON
from tests.papers import FEEDS, a_paper, configure, put

FERRY = "tag:harbour.example,2026:ferry"
START_SECONDS = 10.0
CONFIG = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log stderr;
{user}
events {{ worker_connections 64; }}
http {{
    access_log off;
    {temporary}
    server {{
        listen 127.0.0.1:{port};
        root {root};
        include {root}/nginx.conf;
    }}
}}
"""
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")

needs_nginx = pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not installed")


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@dataclass(frozen=True)
class Nginx:
    """nginx over a copy; `ask` returns status, headers and the bytes as they came."""

    base: str
    session: aiohttp.ClientSession

    async def ask(self, path: str, method: str = "GET", **headers: str) -> tuple[int, CIMultiDictProxy[str], bytes]:
        named = {"Accept-Encoding": "identity"} | {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.session.request(method, self.base + path, headers=named, allow_redirects=False) as answer:
            return answer.status, answer.headers, await answer.read()


@asynccontextmanager
async def nginx_over(root: Path, folder: Path) -> AsyncIterator[Nginx]:
    port = free_port()
    folder.mkdir()
    temporary = "\n    ".join(f"{name}_temp_path {folder}/{name};" for name in TEMPORARY)
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "main.conf").write_text(
        CONFIG.format(folder=folder, port=port, root=root, temporary=temporary, user=user)
    )
    process = subprocess.Popen(["nginx", "-p", str(folder), "-c", str(folder / "main.conf")])
    try:
        await _listens(port, process)
        async with aiohttp.ClientSession(auto_decompress=False) as session:
            yield Nginx(f"http://127.0.0.1:{port}", session)
    finally:
        process.terminate()
        await asyncio.to_thread(process.wait, 10)


async def _listens(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        await asyncio.sleep(0.05)
    raise AssertionError("nginx does not listen")


async def build(service: Service, out: Path) -> None:
    await publish(service.static_source(), StaticDirectory(out), archives=True)


@asynccontextmanager
async def a_copy(folder: Path) -> AsyncIterator[tuple[Service, Path]]:
    async with a_paper(folder, '[cdn]\ntag_header = "Surrogate-Key"\n') as service:
        await put(service)
        await build(service, folder / "public")
        yield service, folder / "public"


@needs_nginx
@pytest.mark.system
async def test_nginx_serves_a_copy_with_the_types_codings_and_headers_of_the_service(tmp_path: Path) -> None:
    async with a_copy(tmp_path) as (service, out), nginx_over(out, tmp_path / "nginx") as nginx:
        for slug in ("latest", "world", "harbour"):
            for name in ("rss", "atom", "json"):
                edition = await service.editions.get(slug, name)
                status, headers, body = await nginx.ask(f"/feeds/{slug}.{name}?junk=1")
                assert (status, body) == (200, edition.bodies["identity"])
                assert headers["Content-Type"] == edition.media_type
                assert headers["Last-Modified"] == format_datetime(NOON, usegmt=True) == edition.last_modified
                assert headers["Cache-Control"].startswith("public, max-age=60, s-maxage=60")
                assert headers["Access-Control-Allow-Origin"] == "*"
                assert headers["X-Content-Type-Options"] == "nosniff"
                assert headers["Surrogate-Key"] == f"feed-{slug}"
                _, coded, packed = await nginx.ask(f"/feeds/{slug}.{name}", Accept_Encoding="gzip")
                assert (coded["Content-Encoding"], coded["Content-Type"]) == ("gzip", edition.media_type)
                assert gzip.decompress(packed) == body
                assert coded["ETag"] != headers["ETag"]
                assert coded["Vary"] == headers["Vary"] == "Accept-Encoding"
                _, refused, _ = await nginx.ask(f"/feeds/{slug}.{name}", Accept_Encoding="gzip;q=0")
                assert "Content-Encoding" not in refused


@needs_nginx
@pytest.mark.system
async def test_nginx_answers_conditions_as_the_service_does(tmp_path: Path) -> None:
    async with a_copy(tmp_path) as (service, out), nginx_over(out, tmp_path / "nginx") as nginx:
        path = "/feeds/harbour.rss"
        for coding in ("identity", "gzip"):
            _, full, _ = await nginx.ask(path, Accept_Encoding=coding)
            tag = full["ETag"]
            for form in (tag, f"W/{tag}", f'"old", {tag}', "*"):
                for method in ("GET", "HEAD"):
                    asked = {"Accept_Encoding": coding, "If_None_Match": form}
                    status, held, body = await nginx.ask(path, method, **asked)
                    assert (status, body) == (304, b"")
                    for name in ("ETag", "Cache-Control", "Vary", "Last-Modified"):
                        assert held[name] == full[name]
            old = {"If_None_Match": '"old"', "If_Modified_Since": full["Last-Modified"]}
            assert (await nginx.ask(path, Accept_Encoding=coding, **old))[0] == 200
        for seconds, status in ((0, 304), (60, 304), (-60, 200)):
            since = format_datetime(NOON + timedelta(seconds=seconds), usegmt=True)
            assert (await nginx.ask(path, If_Modified_Since=since))[0] == status
        assert (await nginx.ask(path, If_Modified_Since="yesterday"))[0] == 200
        before = (await nginx.ask(path))[1]
        await retract(service.office, FERRY, reason="x", public_note=None, actor="t")
        await build(service, out)
        _, after, _ = await nginx.ask(path)
        assert after["ETag"] != before["ETag"]
        assert (await nginx.ask(path, If_None_Match=before["ETag"]))[0] == 200


@needs_nginx
@pytest.mark.system
async def test_nginx_leads_from_moved_feeds_and_says_which_are_gone(tmp_path: Path) -> None:
    async with a_paper(tmp_path) as service:
        await put(service)
        feeds = {"latest": FEEDS["latest"], "port": 'renamed_from = ["harbour"]\n' + FEEDS["harbour"]}
        await service.use(configure(tmp_path, feeds=feeds))
        await build(service, tmp_path / "public")
        async with nginx_over(tmp_path / "public", tmp_path / "nginx") as nginx:
            status, headers, _ = await nginx.ask("/feeds/harbour.atom")
            assert (status, headers["Location"]) == (301, "http://127.0.0.1:8080/feeds/port.atom")
            assert "max-age=" in headers["Cache-Control"]
            assert (await nginx.ask("/feeds/world.rss"))[0] == 410
            assert (await nginx.ask("/feeds/never.rss"))[0] == 404
            assert (await nginx.ask("/feeds/port.rss"))[0] == 200


async def test_a_running_service_keeps_its_copy_and_its_cdn_in_step(tmp_path: Path) -> None:
    told: list[str] = []

    async def take(request: web.Request) -> web.Response:
        told.extend(request.headers["Surrogate-Key"].split())
        return web.Response()

    app = web.Application()
    app.router.add_post("/purge", take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", free_port())
    await site.start()
    cdn = f'[cdn]\ntag_header = "Surrogate-Key"\npurge_url = "{site.name}/purge"\n'
    configure(tmp_path, cdn + '[publish]\nurl = "file:public"\n')
    loaded = load_configuration(tmp_path / "config.toml", {})
    try:
        async with running(loaded, host="127.0.0.1", port=free_port()) as service:
            file = tmp_path / "public" / "feeds" / "harbour.rss"
            await put(service, title="A story of today", published_at=None, updated_at=None)
            async with asyncio.timeout(50):
                while not (file.exists() and b"A story of today" in file.read_bytes() and "feed-harbour" in told):
                    await asyncio.sleep(0.05)
            told.clear()
            await retract(service.office, FERRY, reason="x", public_note=None, actor="t")
            async with asyncio.timeout(50):
                while b"A story of today" in file.read_bytes() or "article-a-story-of-today" not in told:
                    await asyncio.sleep(0.05)
    finally:
        await runner.cleanup()
