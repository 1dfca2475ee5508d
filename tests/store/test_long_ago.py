"""What was delivered so long ago that the delivery is forgotten: whoever orders by seq can follow all the same."""

from __future__ import annotations

from datetime import timedelta

import pytest

from syndicate.actions.single import send_one, withdraw_one
from syndicate.actions.tidy import Kept, tidy
from syndicate.app.service import Service
from syndicate.clock import FixedClock
from syndicate.connectors.contract import Outcome, Refused
from tests.papers import put
from tests.store.conftest import OpenPaper
from tests.store.mailroom import FERRY, PARTNER, TAKEN, answer, claim_all


@pytest.fixture
async def paper(open_paper: OpenPaper) -> Service:
    return await open_paper(PARTNER)


async def sent_seqs(paper: Service, outcome: Outcome = TAKEN) -> list[int]:
    parcels = await claim_all(paper.office)
    await answer(paper.office, parcels, outcome)
    return [parcel.delivery.seq for parcel in parcels]


async def a_hundred_days_later(paper: Service, clock: FixedClock) -> None:
    clock.advance(timedelta(days=100))
    await tidy(paper.office, Kept())


async def test_a_withdrawal_follows_what_it_takes_back(paper: Service, clock: FixedClock) -> None:
    await put(paper)
    [published] = await sent_seqs(paper)
    await a_hundred_days_later(paper, clock)
    await withdraw_one(paper.office, FERRY, "gazette", actor="desk")
    [withdrawn] = await sent_seqs(paper)
    assert withdrawn > published


async def test_what_is_sent_again_follows_its_withdrawal(paper: Service, clock: FixedClock) -> None:
    await put(paper)
    await sent_seqs(paper)
    await withdraw_one(paper.office, FERRY, "gazette", actor="desk")
    [withdrawn] = await sent_seqs(paper)
    await a_hundred_days_later(paper, clock)
    await send_one(paper.office, FERRY, "gazette", actor="desk")
    [again] = await sent_seqs(paper)
    assert again > withdrawn


async def test_a_withdrawal_follows_what_may_have_arrived(paper: Service, clock: FixedClock) -> None:
    await put(paper)
    await sent_seqs(paper)
    await put(paper, title="New ferry is late")
    for _ in range(2):
        [unsure] = await sent_seqs(paper, Refused("broken off", permanent=True))
        clock.advance(timedelta(hours=1))
    assert await sent_seqs(paper) == []
    await a_hundred_days_later(paper, clock)
    await withdraw_one(paper.office, FERRY, "gazette", actor="desk")
    [withdrawn] = await sent_seqs(paper)
    assert withdrawn > unsure
