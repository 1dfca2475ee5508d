"""Who reads us, on both databases: what is kept of pollers, in bounded space and without addresses."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import select

from syndicate.actions.audience import audiences, list_readers
from syndicate.actions.readership import Readership
from syndicate.actions.tidy import Kept, tidy
from syndicate.app.service import Service
from syndicate.clock import FixedClock
from syndicate.errors import StoreError
from syndicate.model.readers import OTHERS, PARTNER_READER, Reader
from syndicate.policy.admission import READERS_PER_FEED
from syndicate.policy.polling import SUBSCRIBED_FOR
from syndicate.store.readers import partners
from syndicate.store.schema_polling import readers
from tests.store.conftest import OpenPaper

FEEDBIN = "Feedbin feed-id:1697787 - {} subscribers"
MINIFLUX = "Mozilla/5.0 (compatible; Miniflux/2.2.0; +https://miniflux.app)"
GAZETTE = """
[partners.gazette]
connector = "webhook"
url = "http://127.0.0.1:9/hook"
signing_secret = "env:PARTNER_SECRET"
"""


def poll(
    readership: Readership, agent: str, address: str = "192.0.2.1", *, held: bool = True, conditional: bool = True
) -> None:
    readership.polled("latest", agent, address, conditional=conditional, held=held)


async def kept(paper: Service) -> Sequence[Reader]:
    return await list_readers(paper.office, "latest", limit=10_000)


async def gazette(paper: Service) -> Reader:
    (reader,) = await paper.store.read(partners)
    return reader


async def subscribers(paper: Service) -> int:
    return (await audiences(paper.office))["latest"].subscribers


async def test_a_reader_is_known_by_what_it_did(open_paper: OpenPaper, clock: FixedClock) -> None:
    paper = await open_paper()
    for _ in range(3):
        poll(paper.readership, FEEDBIN.format(102))
        await paper.readership.flush()
        clock.advance(timedelta(minutes=15))
    poll(paper.readership, FEEDBIN.format(103), "192.0.2.9", held=False, conditional=False)
    await paper.readership.flush()
    (reader,) = await kept(paper)
    assert (reader.service, reader.subscribers, reader.interval) == ("Feedbin", 103, timedelta(minutes=15))
    assert (reader.polls, reader.not_modified, reader.unconditional) == (4, 3, 1)
    assert reader.last_at - reader.first_at == timedelta(minutes=45)


async def test_subscribers_are_summed_over_services_feed_ids_and_installations(open_paper: OpenPaper) -> None:
    paper = await open_paper()
    for agent in (FEEDBIN.format(102), "Feedbin feed-id:2 - 3 subscribers", "Feedly/1.0 (x; 462 subscribers; )"):
        poll(paper.readership, agent)
    for address in ("192.0.2.1", "192.0.2.2", "192.0.2.2", "2001:db8::1", "2001:db8::2"):
        poll(paper.readership, MINIFLUX, address)
    poll(paper.readership, "Mozilla/5.0 (X11) Firefox/128.0", "192.0.2.4")
    await paper.readership.flush()
    assert await subscribers(paper) == 102 + 3 + 462 + 3


async def test_a_service_that_once_gives_no_count_keeps_its_last(open_paper: OpenPaper) -> None:
    paper = await open_paper()
    for agent in ("Feedly/1.0 (x; 462 subscribers; )", "Feedly/1.0"):
        poll(paper.readership, agent)
        await paper.readership.flush()
    assert await subscribers(paper) == 462


async def test_who_has_not_polled_for_a_week_subscribes_no_more(open_paper: OpenPaper, clock: FixedClock) -> None:
    paper = await open_paper()
    poll(paper.readership, FEEDBIN.format(102))
    await paper.readership.flush()
    clock.advance(SUBSCRIBED_FOR)
    assert await subscribers(paper) == 102
    clock.advance(timedelta(seconds=1))
    assert await subscribers(paper) == 0
    assert len(await kept(paper)) == 1


async def test_readers_are_forgotten_after_their_time_and_partners_are_not(
    open_paper: OpenPaper, clock: FixedClock
) -> None:
    paper = await open_paper(GAZETTE)
    poll(paper.readership, MINIFLUX)
    paper.readership.polled("partner:gazette", "x", "192.0.2.1", conditional=True, held=True)
    await paper.readership.flush()
    clock.advance(timedelta(days=29))
    await tidy(paper.office, Kept(readership=timedelta(days=30)))
    assert len(await kept(paper)) == 1
    clock.advance(timedelta(days=2))
    await tidy(paper.office, Kept(readership=timedelta(days=30)))
    assert not await kept(paper)
    assert (await gazette(paper)).reader == PARTNER_READER


async def test_a_flood_of_invented_user_agents_from_one_address_is_one_reader(open_paper: OpenPaper) -> None:
    paper = await open_paper()
    for number in range(20_000):
        poll(paper.readership, f"Invented{number}/1.0 (+https://x{number}.example; 9999999999 subscribers)")
    await paper.readership.flush()
    (reader,) = await kept(paper)
    assert (reader.polls, reader.subscribers) == (20_000, 10_000)


async def test_a_flood_from_many_addresses_grows_nothing_and_drives_nobody_out(
    open_paper: OpenPaper, clock: FixedClock
) -> None:
    paper = await open_paper()
    poll(paper.readership, FEEDBIN.format(102))
    await paper.readership.flush()
    for flood in range(2):
        for number in range(READERS_PER_FEED + 500):
            poll(paper.readership, f"Feedly feed-id:{flood}-{number} - 1 subscribers")
        assert paper.readership.waiting <= READERS_PER_FEED + 1
        await paper.readership.flush()
        clock.advance(timedelta(minutes=1))
    found = {reader.reader: reader for reader in await kept(paper)}
    assert len(found) == READERS_PER_FEED + 1
    assert found["Feedbin/1697787"].subscribers == 102
    assert sum(reader.polls for reader in found.values()) == 2 * (READERS_PER_FEED + 500) + 1
    assert found[OTHERS].subscribers == 0


async def test_newcomers_take_the_places_of_those_not_seen_for_a_day(open_paper: OpenPaper, clock: FixedClock) -> None:
    paper = await open_paper()
    for number in range(READERS_PER_FEED):
        poll(paper.readership, f"Feedly feed-id:{number} - 1 subscribers")
    await paper.readership.flush()
    clock.advance(timedelta(hours=25))
    poll(paper.readership, "Feedly feed-id:7 - 1 subscribers")
    poll(paper.readership, FEEDBIN.format(102))
    await paper.readership.flush()
    names = {reader.reader for reader in await kept(paper)}
    assert len(names) == READERS_PER_FEED
    assert {"Feedbin/1697787", "Feedly/7"} < names


async def test_no_address_is_kept(open_paper: OpenPaper) -> None:
    paper = await open_paper()
    poll(paper.readership, MINIFLUX, "203.0.113.77")
    paper.readership.polled("world", MINIFLUX, "203.0.113.77", conditional=True, held=True)
    await paper.readership.flush()
    rows = await paper.store.read(lambda tx: [tuple(row) for row in tx.run(select(readers))])
    assert "203.0.113" not in str(rows)
    digests = {row[1].partition("#")[2] for row in rows}
    # Other in each feed, so that nobody can be followed from one to the next.
    assert len(digests) == 2
    assert all(len(digest) == 16 for digest in digests)


async def test_what_could_not_be_written_is_written_the_next_time(open_paper: OpenPaper) -> None:
    paper = await open_paper()
    broken = Readership(_Unreachable(paper))  # type: ignore[arg-type]  # stands where an office does
    poll(broken, MINIFLUX)
    with pytest.raises(StoreError):
        await broken.flush()
    assert broken.waiting == 1
    poll(broken, MINIFLUX)
    assert broken.waiting == 1


class _Unreachable:
    """An office whose store takes no writes."""

    def __init__(self, paper: Service) -> None:
        self.now, self.new_id, self.store = paper.office.now, paper.office.new_id, self

    async def write(self, *_: object) -> None:
        raise StoreError("the store cannot be reached", remedy="none")


async def test_a_partner_that_stops_is_missed_once_and_welcomed_back(
    open_paper: OpenPaper, clock: FixedClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    paper = await open_paper(GAZETTE)

    async def comes() -> None:
        paper.readership.polled("partner:gazette", "Gazette/1", "192.0.2.1", conditional=True, held=True)
        await paper.readership.flush()
        await paper.readership.watch()

    def told() -> list[str]:
        return [record.message for record in caplog.records if record.message.startswith("partner.")]

    for _ in range(3):
        await comes()
        clock.advance(timedelta(minutes=15))
    clock.advance(timedelta(minutes=44))
    await paper.readership.watch()
    assert told() == []
    clock.advance(timedelta(minutes=2))
    await paper.readership.watch()
    await paper.readership.watch()
    assert told() == ["partner.went_silent"]
    assert (await gazette(paper)).silent_since == clock.now()
    await comes()
    assert told() == ["partner.went_silent", "partner.polls_again"]
    assert (await gazette(paper)).silent_since is None
