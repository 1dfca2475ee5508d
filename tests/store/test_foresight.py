"""What is foreseen of a feed: its own next change, and never one that would come later."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from syndicate.actions.accept import Submission, accept_in
from syndicate.app.service import Service
from syndicate.parse.record import read_record
from syndicate.store import foresight
from tests.builders import NOON
from tests.papers import a_paper, put

SOON = NOON + timedelta(days=1)


async def _stock(service: Service, *expiring: tuple[str, int]) -> None:
    for number, (category, hours) in enumerate(expiring):
        at = (NOON + timedelta(hours=hours)).isoformat()
        await put(service, id=f"tag:harbour.example,2026:{number}", categories=[category], expires_at=at)


async def test_a_feed_ends_with_its_own_members_only(tmp_path: Path) -> None:
    async with a_paper(tmp_path) as service:
        await _stock(service, ("World", 1), ("Harbour", 3), ("Harbour", 2), ("Harbour", 30))
        await put(service, id="tag:harbour.example,2026:for-good")
        of_harbour = await service.office.store.read(foresight.next_ending_of, "harbour", until=SOON, limit=10)
        of_another = await service.office.store.read(foresight.next_ending_of, "sports", until=SOON, limit=10)
    assert of_harbour == NOON + timedelta(hours=2)
    assert of_another is None


async def test_where_more_ends_than_is_looked_at_the_last_of_it_is_early_enough(tmp_path: Path) -> None:
    async with a_paper(tmp_path) as service:
        await _stock(service, ("World", 1), ("World", 2), ("World", 3), ("Harbour", 4))
        looked = [
            await service.office.store.read(foresight.next_ending_of, "harbour", until=SOON, limit=limit)
            for limit in (3, 4)
        ]
    assert looked == [NOON + timedelta(hours=3), NOON + timedelta(hours=4)]


async def test_an_instant_is_told_of_whatever_else_the_transaction_accepts(tmp_path: Path) -> None:
    """The clock and the outlooks of feeds would sleep through it."""
    later = (NOON + timedelta(hours=1)).isoformat()
    records = ({"id": "tag:harbour.example,2026:later", "published_at": later}, {"id": "tag:harbour.example,2026:now"})
    submissions = [Submission(read_record({"title": "A story"} | record).article) for record in records]
    told: list[bool] = []
    async with a_paper(tmp_path) as service:
        service.office.store.listen(lambda effects: told.append(effects.instants))
        occasion = service.office.occasion("test")
        await service.office.store.write(lambda tx: [accept_in(tx, each, occasion) for each in submissions])
    assert told == [True]
