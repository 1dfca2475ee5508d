"""A partner that reads its mail: one digest at its hour, the same again after a refusal, withdrawals at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

from syndicate.actions.claim import health_of
from syndicate.actions.listings import list_deliveries
from syndicate.actions.retract import retract
from syndicate.app.service import Service
from syndicate.clock import FixedClock
from syndicate.connectors.suite.site import Mood
from syndicate.policy.health import OPEN_AT_CONSECUTIVE, Health, HealthState
from tests.builders import NOON
from tests.connectors.mailboxes import PASSWORD, USER, Mailbox, mailbox
from tests.papers import a_paper, put
from tests.proof.steps import until

MORNING = NOON.replace(hour=7, minute=0)
SECTIONS = """
[smtp]
host = "127.0.0.1"
port = {port}
security = "none"
sender = "syndicate@harbour.example"
user = "{user}"
password = "env:SMTP_PASSWORD"
[partners.gazette]
connector = "email"
to = "desk@gazette.example"
digest = true
schedule = "0 7 * * *"
"""


@asynccontextmanager
async def a_paper_that_mails(folder: Path, box: Mailbox, clock: FixedClock) -> AsyncIterator[Service]:
    """Run a paper's dispatcher; whoever moves the clock wakes it."""
    sections = SECTIONS.format(port=box.port, user=USER)
    async with a_paper(folder, sections, clock=clock, environ={"SMTP_PASSWORD": PASSWORD}) as service:
        running = asyncio.create_task(service.dispatcher.run(alone=True))
        try:
            yield service
        finally:
            service.dispatcher.stop()
            await running


async def states(service: Service) -> list[str]:
    found = await list_deliveries(service.office, partner="gazette", state=None, before=None, limit=100)
    return sorted(each.state.value for each in found)


async def settled(service: Service, *wanted: str) -> None:
    async with asyncio.timeout(20):
        while await states(service) != list(wanted):
            await asyncio.sleep(0.05)


async def health(service: Service) -> Health:
    return await service.office.store.read(partial(health_of, partner="gazette", now=service.office.now()))


async def failed(service: Service, *, times: int) -> None:
    async with asyncio.timeout(20):
        while (await health(service)).consecutive_failures < times or "sending" in await states(service):
            await asyncio.sleep(0.05)


async def test_what_was_published_overnight_comes_as_one_message_and_is_withdrawn_at_once(tmp_path: Path) -> None:
    clock = FixedClock(MORNING - timedelta(hours=8))
    async with mailbox() as box, a_paper_that_mails(tmp_path, box, clock) as service:
        for number in range(3):
            await put(service, id=f"tag:harbour.example,2026:{number}", title=f"Story {number}")
        box.data_reply = "451 4.3.0 Come back later"
        clock.advance(timedelta(hours=8))
        service.dispatcher.wake()
        await until(lambda: box.refused, seconds=20)
        await settled(service, "waiting", "waiting", "waiting")
        box.data_reply = "250 OK"
        clock.advance(timedelta(seconds=61))
        service.dispatcher.wake()
        await settled(service, "delivered", "delivered", "delivered")
        (refused,), (digest,) = box.refused, box.mails
        assert digest.message["Message-ID"] == refused.message["Message-ID"]
        assert [f"Story {number}" for number in range(3) if f"Story {number}" not in digest.body("plain")] == []
        await retract(service.office, "tag:harbour.example,2026:1", reason="libel", public_note="Not so.", actor="test")
        await settled(service, "delivered", "delivered", "delivered", "delivered")
        withdrawal = box.mails[-1]
        assert withdrawal.message["Subject"] == "[Withdrawn] Story 1"
        assert withdrawal.message["References"] == digest.message["Message-ID"]
        assert "Not so." in withdrawal.body("plain")
        assert "libel" not in withdrawal.data.decode()


async def test_a_digest_is_one_try_however_many_articles_it_bears(tmp_path: Path) -> None:
    clock = FixedClock(MORNING - timedelta(hours=8))
    stories = [f"tag:harbour.example,2026:{number}" for number in range(7)]
    async with mailbox() as box, a_paper_that_mails(tmp_path, box, clock) as service:
        for story in stories:
            await put(service, id=story)
        box.mood = Mood.LOCKED
        clock.advance(timedelta(hours=8))
        service.dispatcher.wake()
        await failed(service, times=1)
        box.mood, box.data_reply = Mood.WELL, "451 4.3.0 Come back later"
        for times in range(2, OPEN_AT_CONSECUTIVE + 1):
            assert (await health(service)).state is HealthState.HEALTHY
            clock.advance(timedelta(hours=2))
            service.dispatcher.wake()
            await failed(service, times=times)
        assert (await health(service)).state is HealthState.PROBING
        box.data_reply = "250 OK"
        clock.advance(timedelta(hours=2))
        service.dispatcher.wake()
        await settled(service, *["delivered" for _ in stories])
        ids = {str(mail.message["Message-ID"]) for mail in (*box.refused, *box.mails)}
        assert (len(box.mails), len(ids)) == (1, 1)


async def test_nothing_comes_before_the_hour(tmp_path: Path) -> None:
    clock = FixedClock(MORNING - timedelta(hours=8))
    async with mailbox() as box, a_paper_that_mails(tmp_path, box, clock) as service:
        await put(service)
        clock.advance(timedelta(hours=8) - timedelta(seconds=1))
        service.dispatcher.wake()
        await asyncio.sleep(0.2)
        assert (box.mails, await states(service)) == ([], ["waiting"])
