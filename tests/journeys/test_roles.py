"""A service in two processes over one PostgreSQL: one answers requests, the other does the rest."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.shop import Shop, a_shop, free_port, wait_until
from tests.store.servers import programs, running_server

RECORD = json.dumps({"id": "tag:harbour.example,2026:ferry", "title": "Ferry sails", "categories": ["Harbour"]})
UPSTREAM = """
[upstreams.harbour]
kind = "push"
signing_secret = "env:PARTNER_SECRET"
"""
PARTNER = """
[partners.gazette]
url = "http://127.0.0.1:{port}/inbound/harbour"
signing_secret = "env:PARTNER_SECRET"
[store]
url = "{url}"
"""


@pytest.fixture
def store_url() -> Iterator[str]:
    if programs() is None:
        pytest.skip("pgserver has no wheel for this interpreter and machine")
    with running_server() as server:
        yield server.fresh_database()


def test_a_web_and_a_worker_process_are_one_service(tmp_path: Path, store_url: str) -> None:
    gazette = a_shop(tmp_path / "gazette", UPSTREAM)
    harbour = a_shop(tmp_path / "harbour", PARTNER.format(port=gazette.port, url=store_url))
    worker = Shop(harbour.folder, free_port())
    with gazette.serving(), harbour.serving("--role", "web") as web:
        assert harbour.get("/feeds/harbour.rss") == 200
        # A third process: there is no lock, and no socket to go through.
        assert harbour.run("articles", "put", "-", stdin=RECORD).status == 0
        wait_until(lambda: harbour.get("/articles/ferry-sails") == 200)
        wait_until(lambda: b"Ferry sails" in harbour.read("/feeds/harbour.rss"))
        (delivery,) = harbour.run("deliveries", "list", "--json").json
        assert delivery["state"] == "waiting", "a process that only answers requests has sent it"
        with worker.serving("--role", "worker", "--port", str(worker.port)) as working:
            wait_until(lambda: gazette.get("/articles/ferry-sails") == 200)
            assert worker.get("/") == 404
            assert working.stop(signal.SIGTERM) == 0
        assert web.stop(signal.SIGTERM) == 0
