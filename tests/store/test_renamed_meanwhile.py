"""A partner is renamed while a delivery is on its way to it: what comes of that is the renamed partner's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from syndicate.actions.adopt import adopt
from syndicate.actions.claim import Parcel
from syndicate.actions.leases import hand_back
from syndicate.actions.progress import Progress
from syndicate.actions.record import withhold
from syndicate.actions.retract import retract
from syndicate.actions.send import send
from syndicate.app.service import Service
from syndicate.connectors.contract import Accepted, Connector, Refused
from syndicate.model.declarations import PartnerDeclaration
from syndicate.model.delivery import DeliveryState, EventType, Holding
from tests.papers import put
from tests.store.conftest import OpenPaper
from tests.store.mailroom import CERTAIN, FERRY, PARTNER, UNCERTAIN, answer, claim_all, deliver, owed
from tests.store.newsdesk import declared, the_copy

RENAMED = PARTNER.replace("schedule", 'renamed_from = "gazette"\nschedule', 1)
HERALD = RENAMED.replace("partners.gazette", "partners.herald")


@pytest.fixture
async def paper(open_paper: OpenPaper) -> Service:
    paper = await open_paper(PARTNER)
    await put(paper)
    return paper


async def renamed_while_sending(paper: Service) -> Parcel:
    [parcel] = await claim_all(paper.office)
    await adopt(paper.office, declared(paper, HERALD).declarations)
    return parcel


async def test_what_the_partner_answers_is_kept_with_its_copy(paper: Service) -> None:
    parcel = await renamed_while_sending(paper)
    await answer(paper.office, [parcel], Accepted(url="https://herald.example/1", remote={"post": 7}))
    copy = await the_copy(paper, "herald")
    assert (copy.holding, copy.url, copy.remote) == (Holding.HELD, "https://herald.example/1", {"post": 7})


async def test_what_a_connector_has_done_so_far_is_kept_with_its_copy(paper: Service) -> None:
    parcel = await renamed_while_sending(paper)
    await Progress(paper.office, parcel).keep({"post": 7})
    assert (await the_copy(paper, "herald")).remote == {"post": 7}


@pytest.mark.parametrize("outcome", [CERTAIN, UNCERTAIN])
async def test_a_retraction_that_was_refused_is_tried_again(paper: Service, outcome: Refused) -> None:
    await deliver(paper.office)
    await retract(paper.office, FERRY, reason="wrong", public_note=None, actor="desk")
    parcel = await renamed_while_sending(paper)
    await answer(paper.office, [parcel], outcome)
    last = (await owed(paper.office, "herald"))[-1]
    assert (last.type, last.state, last.attempts) == (EventType.RETRACTED, DeliveryState.WAITING, 1)


async def test_what_was_not_sent_is_held_as_before(paper: Service) -> None:
    parcel = await renamed_while_sending(paper)
    await hand_back(paper.office, [parcel])
    assert (await the_copy(paper, "herald")).holding is Holding.NONE
    assert [each.state for each in await owed(paper.office, "herald")] == [DeliveryState.WAITING]


async def test_what_may_not_go_any_more_is_withdrawn_from_who_holds_it(paper: Service) -> None:
    await deliver(paper.office)
    await put(paper, title="New ferry is late", rights={"deny_partners": ["herald"]})
    parcel = await renamed_while_sending(paper)
    await withhold(paper.office, parcel, "rights")
    assert await deliver(paper.office, "herald") == [("article.retracted", 2)]


@dataclass
class Present:
    """The connections as they are now."""

    declared: Mapping[str, PartnerDeclaration]
    service: Service

    def connector(self, partner: str) -> Connector | None:
        return self.service.connections.connector("gazette") if partner in self.declared else None

    def partners(self) -> Mapping[str, PartnerDeclaration]:
        return self.declared


async def test_nothing_goes_to_the_site_of_whoever_took_over_the_name(paper: Service) -> None:
    [parcel] = await claim_all(paper.office)
    [other] = declared(
        paper, PARTNER.replace("schedule", 'renamed_from = "courier"\nschedule', 1)
    ).declarations.partners
    attempted = await send(paper.office, Present({"gazette": other}, paper), parcel, jitter=0.5)
    assert attempted is not None
    assert attempted.outcome == Refused("no connector for this partner", certain=True)
