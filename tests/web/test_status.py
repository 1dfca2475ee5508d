"""What the process says of itself: alive, ready, and its numbers."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from syndicate.actions.claim import Room, claim
from syndicate.actions.measures import Measures
from syndicate.web.app import build_app
from syndicate.web.metrics import Counters, Gauges, exposition
from tests.builders import NOON
from tests.papers import a_paper
from tests.web.conftest import OpenDesk
from tests.web.desk import Desk, body_of

PARTNER = (
    '[partners.{name}]\nconnector = "webhook"\nurl = "http://127.0.0.1:9/hook"\n'
    'signing_secret = "env:PARTNER_SECRET"\nschedule = "immediately"\n'
)
NAMES = {
    "outbox_pending", "outbox_oldest_seconds", "retract_undelivered", "endpoint_state", "push_attempts_total",
    "outgoing_stopped", "alerts",
    "feed_refused", "feed_revision", "feed_requests_total", "ingest_total", "sqlite_wal_bytes", "loop_lag_seconds",
    "purge_lag_seconds",
    "feed_subscribers", "feed_not_modified_ratio", "feed_polls_total", "partner_silent", "partner_fetch_lag_seconds",
}  # fmt: skip
SAMPLE = re.compile(r'([a-z_]+)(?:\{([a-z_]+="(?:[^"\\\n]|\\.)*"(?:,[a-z_]+="(?:[^"\\\n]|\\.)*")*)\})? (-?[0-9.e+-]+)')


async def numbers(desk: Desk) -> dict[str, float]:
    """Read the metrics: every line is a comment or a sample."""
    answer = await desk.client.get("/metrics")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/plain; version=0.0.4; charset=utf-8")
    samples: dict[str, float] = {}
    for line in (await answer.text()).splitlines():
        if not line.startswith("# "):
            found = SAMPLE.fullmatch(line)
            assert found is not None, line
            samples[line.rpartition(" ")[0]] = float(found[3])
    return samples


async def test_a_process_that_answers_is_alive(desk: Desk) -> None:
    answer = await desk.client.get("/healthz")
    assert (await body_of(answer, 200))["status"] == "alive"
    assert answer.headers["Cache-Control"] == "no-store"


async def test_a_service_is_ready_when_its_store_takes_a_write(desk: Desk) -> None:
    assert await body_of(await desk.client.get("/readyz"), 200) == {"status": "ready", "problems": []}


async def test_a_store_that_no_longer_writes_makes_the_service_not_ready(desk: Desk) -> None:
    assert (await desk.client.get("/readyz")).status == 200
    with closing(sqlite3.connect(desk.service.loaded.settings.store.url.removeprefix("sqlite:///"))) as other:
        other.execute("BEGIN IMMEDIATE")
        # What was found stands for two seconds, so that asking often costs little.
        assert (await desk.client.get("/readyz")).status == 200
        desk.clock.advance(timedelta(seconds=2))
        document = await body_of(await desk.client.get("/readyz"), 503)
        assert document["problems"] == ["the store has not answered for 2 s"]
        assert (await desk.client.get("/healthz")).status == 200
    desk.clock.advance(timedelta(seconds=2))
    assert (await desk.client.get("/readyz")).status == 200


async def test_a_stopped_clockwork_makes_the_service_not_ready(aiohttp_client: Any, tmp_path: Path) -> None:
    async with a_paper(tmp_path) as service:
        served = replace(service.web_context(), problems=lambda: ["the dispatcher has stopped"])
        client = await aiohttp_client(build_app(served))
        document = await body_of(await client.get("/readyz"), 503)
    assert document["problems"] == ["the dispatcher has stopped"]


async def test_a_partner_that_fails_does_not_make_the_service_not_ready(open_desk: OpenDesk) -> None:
    desk = await open_desk(PARTNER.format(name="gazette"))
    await desk.put()
    desk.clock.advance(timedelta(days=3))
    assert (await desk.client.get("/readyz")).status == 200


async def test_every_metric_is_there_from_the_start(desk: Desk) -> None:
    text = await (await desk.client.get("/metrics")).text()
    assert set(re.findall(r"# TYPE ([a-z_]+) (?:counter|gauge)", text)) == NAMES
    assert set(re.findall(r"# HELP ([a-z_]+) \S", text)) == NAMES


async def test_what_is_owed_is_told_for_each_partner(open_desk: OpenDesk) -> None:
    desk = await open_desk(PARTNER.format(name="gazette") + PARTNER.format(name="herald"))
    await desk.put()
    await desk.put("tag:harbour.example,2026:other")
    await claim(desk.service.office, {"herald": Room(normal=5, retractions=1, in_flight=0)})
    await desk.retract()
    desk.clock.advance(timedelta(seconds=90))
    found = await numbers(desk)
    assert found['outbox_pending{partner="gazette"}'] == 1
    assert found['outbox_pending{partner="herald"}'] == 3
    assert found['outbox_oldest_seconds{partner="gazette"}'] == 90
    assert found['retract_undelivered{partner="gazette"}'] == 0
    assert found['retract_undelivered{partner="herald"}'] == 1
    assert found['endpoint_state{partner="gazette",state="healthy"}'] == 1
    assert found['endpoint_state{partner="gazette",state="paused"}'] == 0


async def test_feeds_and_intake_are_counted(desk: Desk) -> None:
    await desk.put()
    await desk.put(title="")
    answer = await desk.client.get("/feeds/harbour.rss")
    await desk.client.get("/feeds/harbour.rss", headers={"If-None-Match": answer.headers["ETag"]})
    await desk.client.get("/feeds/none.rss")
    found = await numbers(desk)
    assert found['feed_requests_total{feed="harbour",status="200"}'] == 1
    assert found['feed_requests_total{feed="harbour",status="304"}'] == 1
    assert found['feed_revision{feed="harbour"}'] == desk.service.editions.heads["harbour"]
    assert (found['ingest_total{result="accepted"}'], found['ingest_total{result="refused"}']) == (1, 1)
    assert not any("none" in name for name in found)
    assert found["sqlite_wal_bytes"] > 0


async def test_strangers_cannot_make_the_list_of_metrics_longer(desk: Desk) -> None:
    before = (await numbers(desk)).keys()
    for number in range(20):
        await desk.client.get(f"/feeds/junk-{number}.rss")
        await desk.client.get(f"/nowhere/{number}")
    assert (await numbers(desk)).keys() == before


@pytest.mark.parametrize("text", ['a"b', "a\\b", "a\nb"])
def test_a_label_is_written_so_that_it_ends_where_it_should(text: str) -> None:
    gauges = Gauges(loop_lag_seconds=0.0, wal_bytes=None, attempts={(text, "accepted"): 2})
    lines = exposition(Counters(), Measures((), {}), {}, gauges, now=NOON).split("\n")
    [line] = [each for each in lines if each.startswith("push_attempts_total{")]
    found = SAMPLE.fullmatch(line)
    assert found is not None
    assert found[3] == "2.0"
