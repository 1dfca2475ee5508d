"""Options do what config.toml says: ports of outgoing calls, the time of a stop, warnings that are told."""

from __future__ import annotations

import asyncio
import json
import logging
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web

from syndicate.app.outgoing import guard_of
from syndicate.app.service import running
from syndicate.app.serving import serve
from syndicate.app.stopping import stop_times
from tests.architecture.source import modules
from tests.papers import configure, put
from tests.store.mailroom import PARTNER
from tests.web.wire import served_app

SOMEWHERE = "93.184.215.14"
SECRET_FILE = '[upstreams.wire]\nkind = "push"\nsigning_secret = "file:wire.key"\n'


@pytest.mark.parametrize(("ports", "may"), [("", False), ("ports = [9]", True)])
def test_outgoing_calls_may_use_the_ports_of_the_configuration(tmp_path: Path, ports: str, may: bool) -> None:
    loaded = configure(tmp_path, environ={"SYNDICATE_NETWORK__PORTS": "[9]"} if ports else {})
    assert (guard_of(loaded.settings).judge(SOMEWHERE, 9) is None) is may


def test_every_gate_is_made_of_the_configuration() -> None:
    made = [module.name for module in modules() if " Guard(" in module.text or "(Guard(" in module.text]
    # The suite for connectors stands in for the service in a test of theirs.
    assert made == ["syndicate/app/outgoing.py", "syndicate/connectors/suite/site.py"]


def test_the_parts_of_a_stop_are_no_longer_than_the_whole() -> None:
    whole = timedelta(seconds=25)
    times = stop_times(whole)
    # The two web servers wait twice, for handlers and for those they cancelled.
    assert 2 * times.commands + times.deliveries + 2 * times.requests < whole


async def test_a_partner_that_hangs_holds_up_a_stop_no_longer_than_configured(tmp_path: Path) -> None:
    asked = asyncio.Event()

    async def hang(_request: web.Request) -> web.Response:
        asked.set()
        await asyncio.sleep(30)
        return web.Response()

    app = web.Application()
    app.add_routes([web.post("/in", hang)])
    async with served_app(app, drain=timedelta(milliseconds=100)) as site:
        partner = PARTNER.replace("http://127.0.0.1:9/inbound/harbour", f"http://127.0.0.1:{site.port}/in")
        loaded = configure(tmp_path, partner + '[server]\nshutdown_timeout = "2s"\n')
        async with running(loaded, host="127.0.0.1", port=0) as service:
            await put(service)
            await asyncio.wait_for(asked.wait(), 10)
            began = asyncio.get_running_loop().time()
        took = asyncio.get_running_loop().time() - began
    assert 0.5 < took < 2


async def test_a_request_that_hangs_is_cut_off_when_its_time_is_over(tmp_path: Path) -> None:
    asked = asyncio.Event()

    async def hang(_request: web.Request) -> web.Response:
        asked.set()
        await asyncio.sleep(30)
        return web.Response()

    app = web.Application()
    app.add_routes([web.get("/", hang)])
    async with served_app(app, drain=timedelta(milliseconds=200)) as served, served.connection() as (_, writer):
        writer.write(b"GET / HTTP/1.1\r\nHost: paper\r\n\r\n")
        await asyncio.wait_for(asked.wait(), 10)
        began = asyncio.get_running_loop().time()
    assert asyncio.get_running_loop().time() - began < 2


def open_to_everybody(folder: Path) -> None:
    (folder / "wire.key").write_text("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n", "utf-8")
    (folder / "wire.key").chmod(0o644)


def test_check_prints_the_warnings(tmp_path: Path) -> None:
    open_to_everybody(tmp_path)
    configure(tmp_path, SECRET_FILE)
    command = [sys.executable, "-m", "syndicate", "--config", str(tmp_path / "config.toml"), "check", "--offline"]
    ran = subprocess.run([*command, "--json"], capture_output=True, text=True, timeout=60, check=True)
    warned = [found["text"] for found in json.loads(ran.stdout) if found["level"] == "warning"]
    assert [text.split(": ")[0] for text in warned] == ["upstreams.wire.signing_secret"]


async def test_serve_logs_the_warnings_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    open_to_everybody(tmp_path)
    loaded = configure(tmp_path, SECRET_FILE)
    await serve(loaded, host="127.0.0.1", port=0, on_ready=lambda _: signal.raise_signal(signal.SIGTERM))
    (record,) = [record for record in caplog.records if record.getMessage() == "configuration.warned"]
    assert record.levelno == logging.WARNING
    assert "chmod 600" in record.__dict__["problem"]
