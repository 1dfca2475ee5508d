"""The alarm of a running paper: it tells a real chat of a partner that is gone, and of nothing twice."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from syndicate.actions.claim import BRAKED
from syndicate.actions.operate import halt, lift_halt
from syndicate.app.alarms import alarmed, channels_of, thresholds_of
from syndicate.app.service import Service, serving
from syndicate.connectors.contract import Accepted, Outcome
from syndicate.model.alerts import Message
from syndicate.policy.alerting import Thresholds
from syndicate.store import meta
from syndicate.worker.alarm import Alarm
from tests.connectors.partners import Partner, answering, partner, silent
from tests.papers import a_paper
from tests.proof.steps import until

MOMENT = timedelta(seconds=0.02)
ALERTS = '[alerts]\nwebhook = "env:CHAT"\nunacknowledged_after = "90s"\n'


@asynccontextmanager
async def a_chat_of_a_paper(folder: Path) -> AsyncIterator[tuple[Service, Partner]]:
    async with (
        partner(answering(200)) as chat,
        a_paper(folder, ALERTS, environ={"CHAT": chat.url}) as paper,
    ):
        yield paper, chat


def texts(chat: Partner) -> list[str]:
    return [json.loads(request.body)["text"].splitlines()[0] for request in chat.requests]


async def test_the_running_service_tells_a_chat(tmp_path: Path) -> None:
    async with a_chat_of_a_paper(tmp_path) as (paper, chat):
        await halt(paper.office, actor="cli:ann")
        async with serving(paper, paper.web_app()):
            await until(lambda: chat.requests)
        assert texts(chat)[0].startswith("Harbour Daily: HALTED halted by cli:ann")


async def test_a_channel_is_told_at_most_once_a_minute_and_then_all_at_once(tmp_path: Path) -> None:
    async with a_chat_of_a_paper(tmp_path) as (paper, chat):
        alarm = Alarm(paper.office, Thresholds, channels_of(paper.loaded, paper.means))
        await halt(paper.office, actor="cli:ann")
        await alarm.look()
        await lift_halt(paper.office)
        for _ in range(5):
            await alarm.look()
        assert len(chat.requests) == 1


@dataclass
class Box:
    """A mailbox that hears of kinds of alerts; `broken` raises instead, as a bug would."""

    name: str = "email"
    broken: bool = False
    heard: list[str] = field(default_factory=list)

    async def tell(self, message: Message) -> Outcome:
        if self.broken:
            raise ValueError("a bug")
        self.heard += [each.kind.value for each in message.began]
        return Accepted()


async def test_a_chat_that_hangs_keeps_no_mailbox_from_hearing_now_or_later(tmp_path: Path) -> None:
    async with partner(silent) as chat, a_paper(tmp_path, ALERTS, environ={"CHAT": chat.url}) as paper:
        box = Box()
        await halt(paper.office, actor="cli:ann")
        # In a process before this one, so that the mailbox need not rest now.
        await Alarm(paper.office, Thresholds, (box,)).look()
        channels = (*channels_of(paper.loaded, paper.means), box)
        running = asyncio.create_task(Alarm(paper.office, Thresholds, channels, every=MOMENT).run())
        await until(lambda: chat.requests)
        await paper.office.store.write(meta.put, BRAKED, "more than 1 change within an hour")
        await until(lambda: box.heard == ["halted", "braked"])
        assert len(chat.requests) == 1
        running.cancel()


async def test_a_way_that_is_broken_keeps_no_other_from_hearing(tmp_path: Path) -> None:
    async with a_paper(tmp_path) as paper:
        broken, box = Box("webhook", broken=True), Box()
        running = asyncio.create_task(Alarm(paper.office, Thresholds, (broken, box), every=MOMENT).run())
        await halt(paper.office, actor="cli:ann")
        await until(lambda: box.heard)
        assert not running.done()
        running.cancel()


async def test_what_is_wrong_stands_in_the_log_whoever_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with a_paper(tmp_path) as paper:
        alarm = Alarm(paper.office, Thresholds, ())
        await halt(paper.office, actor="cli:ann")
        with caplog.at_level(logging.INFO):
            await alarm.look()
            await lift_halt(paper.office)
            await alarm.look()
    assert [record.message for record in caplog.records] == ["alert.began", "alert.ended"]


async def test_the_thresholds_are_those_of_the_configuration(tmp_path: Path) -> None:
    async with a_paper(tmp_path, ALERTS, environ={"CHAT": "http://127.0.0.1:9"}) as paper:
        assert thresholds_of(paper.loaded).unacknowledged_after.total_seconds() == 90


async def test_an_alarm_ends_with_its_service(tmp_path: Path) -> None:
    async with a_paper(tmp_path) as paper:
        async with alarmed(paper.office, lambda: paper.loaded, paper.means):
            [task] = [each for each in asyncio.all_tasks() if each.get_name() == "alarm"]
        assert task.cancelled()
