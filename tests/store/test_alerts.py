"""Alerts of a real paper: what is wrong is seen in the store, remembered past restarts, and told once to each way."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from syndicate.actions.alerts import observe, standing, tell
from syndicate.actions.fetched import note_fetched
from syndicate.actions.measures import measure
from syndicate.actions.offer import offer_due
from syndicate.actions.operate import halt, lift_halt, pause_partner, resume_partner
from syndicate.actions.retract import restore, retract
from syndicate.actions.single import confirm_copy
from syndicate.app.alarms import thresholds_of
from syndicate.app.service import Service
from syndicate.clock import FixedClock
from syndicate.connectors.contract import Accepted, Outcome, Refused
from syndicate.model.alerts import AlertKind, Message
from syndicate.model.views import partner_key
from syndicate.policy.alerting import SETTLE
from syndicate.store import offers
from tests.builders import NOON
from tests.store.conftest import OpenPaper
from tests.store.mailroom import FERRY, FOR_GOOD, PARTNER, UNCERTAIN, UPSTREAM, answer, claim_all, deliver, put_story
from tests.store.newsdesk import from_wire
from tests.store.test_brake import LIMIT, PULLED, put_stories

CONTACT = PARTNER.replace("[partners.gazette.select]", 'contact = "+44 20 7946 0000"\n[partners.gazette.select]')
MINUTE = timedelta(minutes=1)


@dataclass
class Chat:
    """A channel that remembers what it was told, while it can be reached."""

    name: str = "webhook"
    reachable: bool = True
    messages: list[Message] = field(default_factory=list)

    async def tell(self, message: Message) -> Outcome:
        if not self.reachable:
            return Refused("no connection")
        self.messages.append(message)
        return Accepted()

    @property
    def heard(self) -> list[str]:
        """Return what was told: `+` for what began, `-` for what is over."""
        return [
            f"{sign}{each.kind} {each.subject}"
            for message in self.messages
            for sign, alerts in (("+", message.began), ("-", message.ended))
            for each in alerts
        ]


@pytest.fixture
async def paper(open_paper: OpenPaper) -> Service:
    return await open_paper(CONTACT)


@pytest.fixture
def chat() -> Chat:
    return Chat()


async def look(paper: Service, *channels: Chat, since: datetime | None = None) -> None:
    """Do what the alarm does every few seconds, in a process that began at `since`, or just now."""
    names = frozenset(channel.name for channel in channels)
    await observe(paper.office, thresholds_of(paper.loaded), names, since=since or paper.office.now())
    for channel in channels:
        await tell(paper.office, channel)


async def kinds(paper: Service) -> list[AlertKind]:
    return [each.kind for each in await standing(paper.office, thresholds_of(paper.loaded))]


async def fail(paper: Service, clock: FixedClock, *, times: int) -> None:
    """Let the partner fail so often at what it is owed."""
    for _ in range(times):
        clock.advance(timedelta(hours=3))
        await answer(paper.office, await claim_all(paper.office), UNCERTAIN)


async def test_a_partner_that_fails_is_told_once_and_so_is_its_recovery(
    paper: Service, clock: FixedClock, chat: Chat
) -> None:
    await put_story(paper.office)
    await fail(paper, clock, times=3)
    await look(paper, chat)
    assert chat.heard == []
    await fail(paper, clock, times=1)
    for _ in range(3):
        await look(paper, chat)
    assert chat.heard == ["+failing gazette"]
    clock.advance(timedelta(hours=3))
    await deliver(paper.office)
    for _ in range(8):
        clock.advance(MINUTE)
        await look(paper, chat)
    assert chat.heard == ["+failing gazette", "-failing gazette"]


async def test_who_asks_is_told_how_it_stands_now(paper: Service, clock: FixedClock, chat: Chat) -> None:
    await put_story(paper.office)
    await fail(paper, clock, times=4)
    await look(paper, chat)
    await put_story(paper.office, id="tag:harbour.example,2026:bridge")
    [failing] = await standing(paper.office, thresholds_of(paper.loaded))
    assert "2 deliveries wait" in failing.detail


async def test_a_retraction_that_a_paused_partner_misses_is_told_after_five_minutes(
    paper: Service, clock: FixedClock, chat: Chat
) -> None:
    await put_story(paper.office)
    await deliver(paper.office)
    await pause_partner(paper.office, "gazette", reason="moving house", actor="test")
    await retract(paper.office, FERRY, reason="wrong", public_note=None, actor="test")
    clock.advance(4 * MINUTE)
    await look(paper, chat)
    assert chat.heard == []
    clock.advance(MINUTE)
    await look(paper, chat)
    assert chat.heard == [f"+unacknowledged gazette {FERRY}"]
    assert "+44 20 7946 0000" in chat.messages[0].began[0].detail
    await resume_partner(paper.office, "gazette", actor="test")
    await deliver(paper.office)
    await look(paper, chat)
    assert chat.heard[1:] == [f"-unacknowledged gazette {FERRY}"]


async def test_a_retraction_that_was_given_up_is_told_until_a_person_saw_the_copy_gone(
    paper: Service, clock: FixedClock
) -> None:
    await put_story(paper.office)
    await deliver(paper.office)
    await retract(paper.office, FERRY, reason="wrong", public_note=None, actor="test")
    clock.advance(timedelta(days=8))
    await answer(paper.office, await claim_all(paper.office), UNCERTAIN)
    clock.advance(timedelta(days=2))
    assert AlertKind.UNACKNOWLEDGED in await kinds(paper)
    await confirm_copy(paper.office, "gazette", FERRY, note="seen gone")
    assert await kinds(paper) == []


async def test_a_story_that_came_back_has_no_retraction_to_acknowledge(paper: Service, clock: FixedClock) -> None:
    await put_story(paper.office)
    await deliver(paper.office)
    await retract(paper.office, FERRY, reason="wrong", public_note=None, actor="test")
    await restore(paper.office, FERRY, actor="test")
    await deliver(paper.office)
    clock.advance(timedelta(hours=1))
    assert await kinds(paper) == []


async def test_a_retraction_that_was_given_up_and_then_lifted_is_nothing_to_acknowledge(
    paper: Service, clock: FixedClock
) -> None:
    await put_story(paper.office)
    await deliver(paper.office)
    await retract(paper.office, FERRY, reason="wrong", public_note=None, actor="test")
    clock.advance(timedelta(days=8))
    await answer(paper.office, await claim_all(paper.office), UNCERTAIN)
    await restore(paper.office, FERRY, actor="test")
    await deliver(paper.office)
    assert AlertKind.UNACKNOWLEDGED not in await kinds(paper)


async def test_a_polled_partner_that_does_not_fetch_a_withdrawal_is_told(
    open_paper: OpenPaper, clock: FixedClock
) -> None:
    paper = await open_paper(PULLED)
    await put_story(paper.office)
    await offer_due(paper.office)
    await note_fetched(paper.office, "gazette", await paper.store.read(offers.newest, partner_key("gazette"), limit=5))
    await retract(paper.office, FERRY, reason="wrong", public_note=None, actor="test")
    await offer_due(paper.office)
    clock.advance(5 * MINUTE)
    assert await kinds(paper) == [AlertKind.UNACKNOWLEDGED]
    await note_fetched(paper.office, "gazette", await paper.store.read(offers.left, partner_key("gazette"), limit=5))
    assert await kinds(paper) == []


async def test_what_a_partner_refuses_for_good_is_told(paper: Service, clock: FixedClock) -> None:
    await put_story(paper.office)
    for _ in range(2):
        clock.advance(timedelta(hours=1))
        await answer(paper.office, await claim_all(paper.office), FOR_GOOD)
    assert await kinds(paper) == [AlertKind.GIVEN_UP]
    clock.advance(timedelta(days=1, minutes=1))
    assert await kinds(paper) == []


async def test_what_is_due_and_does_not_go_is_told(paper: Service, clock: FixedClock) -> None:
    await put_story(paper.office)
    clock.advance(10 * MINUTE)
    assert await kinds(paper) == [AlertKind.WAITING]


async def test_what_waited_while_no_service_ran_is_not_told_at_its_start(
    paper: Service, clock: FixedClock, chat: Chat
) -> None:
    await put_story(paper.office)
    clock.advance(timedelta(hours=9))
    await look(paper, chat)
    assert chat.heard == []


async def test_an_upstream_that_brings_nothing_is_told(open_paper: OpenPaper, clock: FixedClock) -> None:
    paper = await open_paper(UPSTREAM)
    assert await kinds(paper) == []
    await from_wire(paper, 1)
    clock.advance(timedelta(days=1))
    assert await kinds(paper) == [AlertKind.QUIET]
    await from_wire(paper, 2, title="News at last")
    assert await kinds(paper) == []


async def test_a_halt_is_told_and_so_is_its_end(paper: Service, chat: Chat) -> None:
    await halt(paper.office, actor="cli:ann")
    await look(paper, chat)
    await lift_halt(paper.office)
    await look(paper, chat)
    assert chat.heard == ["+halted outgoing", "-halted outgoing"]


async def test_a_flood_of_changes_is_one_alert(open_paper: OpenPaper, clock: FixedClock, chat: Chat) -> None:
    paper = await open_paper(LIMIT + CONTACT)
    await put_stories(paper, 0, 9)
    clock.advance(timedelta(hours=1))
    await look(paper, chat)
    assert chat.heard == ["+braked outgoing"]


async def test_many_at_once_are_one_message(open_paper: OpenPaper, clock: FixedClock, chat: Chat) -> None:
    paper = await open_paper("".join(PARTNER.replace("gazette", f"paper-{number}") for number in range(5)))
    await put_story(paper.office)
    clock.advance(10 * MINUTE)
    await look(paper, chat, since=NOON)
    [message] = chat.messages
    assert len(message.began) == 5


async def test_what_could_not_be_told_is_told_later_and_the_other_way_hears_it_once(
    paper: Service, clock: FixedClock, chat: Chat
) -> None:
    mail = Chat("email", reachable=False)
    await halt(paper.office, actor="cli:ann")
    for _ in range(3):
        await look(paper, chat, mail)
    mail.reachable = True
    await look(paper, chat, mail)
    assert chat.heard == mail.heard == ["+halted outgoing"]


async def test_a_restart_tells_nothing_twice(open_paper: OpenPaper, chat: Chat) -> None:
    paper = await open_paper(CONTACT)
    await halt(paper.office, actor="cli:ann")
    await look(paper, chat)
    again = Chat()
    await look(paper, again)
    assert (chat.heard, again.heard) == (["+halted outgoing"], [])


async def test_the_numbers_tell_how_many_alerts_hold(paper: Service, clock: FixedClock, chat: Chat) -> None:
    await halt(paper.office, actor="cli:ann")
    await look(paper, chat)
    assert (await measure(paper.office)).alerts == {AlertKind.HALTED: 1}
    await lift_halt(paper.office)
    clock.advance(SETTLE)
    await look(paper, chat)
    assert (await measure(paper.office)).alerts == {}


async def test_nothing_is_written_while_nothing_changes(paper: Service, chat: Chat) -> None:
    await halt(paper.office, actor="cli:ann")
    await look(paper, chat)
    commits: list[object] = []
    paper.store.listen(commits.append)
    await look(paper, chat)
    assert commits == []
