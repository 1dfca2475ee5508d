"""Imports: every entry by itself, twice the same as once, and no feed may do what only its publisher may."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from syndicate.actions.bring_in import AT_ONCE, bring_in
from syndicate.actions.imported import Imported, Progress
from syndicate.actions.read import find, history
from syndicate.actions.retract import restore, retract
from syndicate.actions.sources import Document, Unreadable, read_source
from syndicate.app.service import Service
from syndicate.errors import StoreError
from syndicate.model.article import Status
from syndicate.model.instants import rfc3339
from syndicate.model.stored import StoredArticle
from syndicate.sandbox.documents import perform
from syndicate.store import deliveries
from tests.builders import NOON
from tests.connectors.partners import answering, by_target, partner
from tests.papers import a_paper, put

PARTNER = """
[partners.gazette]
connector = "webhook"
url = "http://127.0.0.1:9/hook"
signing_secret = "env:PARTNER_SECRET"
schedule = "immediately"
"""


class SameProcess:
    """Does the sandbox's job without a worker."""

    async def run(self, job: str, data: bytes, **options: Any) -> bytes:
        assert job == "document"
        return perform(data, options)


@dataclass
class Desk:
    """A paper that imports."""

    service: Service
    reports: list[Progress] = field(default_factory=list)

    async def take(self, *documents: Document | Unreadable, backfill: bool = False, own: bool = False) -> Imported:
        return await bring_in(
            self.service.office,
            SameProcess(),
            documents,
            actor="import",
            backfill=backfill,
            own=own,
            report=self.reports.append,
        )

    async def find(self, name: str) -> StoredArticle:
        return await find(self.service.office, name)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with a_paper(tmp_path, PARTNER) as service:
        yield Desk(service)


def records(*values: dict[str, Any], name: str = "stories.ndjson") -> Document:
    return Document(name, "\n".join(json.dumps(value) for value in values).encode())


def story(number: int, **changes: Any) -> dict[str, Any]:
    return {"id": f"tag:harbour.example,2026:{number}", "title": f"Story {number}"} | changes


def rss(*items: str, title: str = "Wire") -> Document:
    channel = f"<title>{title}</title><link>https://wire.example/</link>{''.join(items)}"
    text = f"<rss version='2.0' xmlns:atom='http://www.w3.org/2005/Atom'><channel>{channel}</channel></rss>"
    return Document("https://wire.example/feed.rss", text.encode(), "application/rss+xml")


def item(number: int, inner: str = "") -> str:
    return f"<item><guid>https://wire.example/{number}</guid><title>Item {number}</title>{inner}</item>"


def numbers(imported: Imported) -> tuple[int, int, int, int, int]:
    return imported.new, imported.changed, imported.unchanged, imported.stale, len(imported.refused)


async def deliveries_owed(desk: Desk) -> int:
    listed = await desk.service.office.store.read(deliveries.listing, partner=None, state=None, before=None, limit=100)
    return len(listed)


async def test_records_feeds_of_every_kind_and_refusals_are_counted(desk: Desk) -> None:
    json_feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "J",
        "items": [{"id": "https://j.example/1", "url": "https://j.example/1", "content_text": "One"}],
    }
    atom = (
        b"<feed xmlns='http://www.w3.org/2005/Atom'><title>A</title><link href='https://a.example/'/>"
        b"<entry><id>https://a.example/1</id><title>One</title></entry></feed>"
    )
    done = await desk.take(
        records(story(1), story(2, urgency=9), story(3)),
        rss(item(1), item(2)),
        Document("a.atom", atom),
        Document("j.json", json.dumps(json_feed).encode()),
        Document("broken.xml", b"<html><p>Not found</p></html>"),
        Unreadable("gone.xml", "No such file or directory"),
    )
    assert numbers(done) == (6, 0, 0, 0, 1)
    [refusal] = done.refused
    assert (refusal.source, refusal.position, refusal.title) == ("stories.ndjson", 2, "Story 2")
    assert refusal.reason.startswith("urgency: ")
    assert [each.source for each in done.unreadable] == ["broken.xml", "gone.xml"]


async def test_the_same_again_changes_nothing_even_without_dates_ids_or_links(desk: Desk) -> None:
    nameless = "<item><title>Neither guid nor link</title></item>"
    documents = (
        rss(item(1), item(2, "<pubDate>Wed, 04 Mar 2026 10:00:00 GMT</pubDate>"), nameless),
        records({"title": "No id"}, {"title": "Only a url", "url": "https://harbour.example/a"}),
    )
    first = await desk.take(*documents)
    before = await desk.find("item-1")
    desk.service.clock.advance(timedelta(days=1))  # type: ignore[attr-defined]
    again = await desk.take(*documents)
    assert numbers(first) == (5, 0, 0, 0, 0)
    assert numbers(again) == (0, 0, 5, 0, 0)
    assert await desk.find("item-1") == before


async def test_a_changed_entry_is_changed_and_an_older_one_is_stale(desk: Desk) -> None:
    old, new = "<atom:updated>2026-03-04T10:00:00Z</atom:updated>", "<atom:updated>2026-03-04T11:00:00Z</atom:updated>"
    await desk.take(rss(item(1, new)))
    assert numbers(await desk.take(rss(item(1, old + "<description>Old</description>")))) == (0, 0, 0, 1, 0)
    assert numbers(await desk.take(rss(item(1, new + "<description>New</description>")))) == (0, 1, 0, 0, 0)
    assert (await desk.find("item-1")).revision == 2


async def test_thousands_go_in_at_once_and_a_refused_one_stops_no_other(desk: Desk) -> None:
    values = [story(number) for number in range(3 * AT_ONCE)]
    values[7]["id"] = "no-uri"
    done = await desk.take(records(*values))
    assert numbers(done) == (3 * AT_ONCE - 1, 0, 0, 0, 1)
    assert done.refused[0].position == 8
    assert desk.reports[-1] == Progress("stories.ndjson", 3 * AT_ONCE, 3 * AT_ONCE)


async def test_stories_are_accepted_oldest_first_whatever_the_order_of_the_feed(desk: Desk) -> None:
    days = ("06", "05", "04")
    dated = [item(int(day), f"<pubDate>{day} Feb 2026 10:00:00 GMT</pubDate>") for day in days]
    await desk.take(rss(item(1), *dated))
    seqs = [(await desk.find(f"item-{number}")).seq or 0 for number in (4, 5, 6, 1)]
    assert seqs == sorted(seqs)


async def test_of_entries_that_name_one_story_the_last_counts_once(desk: Desk) -> None:
    done = await desk.take(records(story(1, title="First"), story(2), story(1, title="Last")))
    assert numbers(done) == (2, 0, 0, 0, 0)
    stored = await desk.find(story(1)["id"])
    assert (stored.revision, stored.article and stored.article.title) == (1, "Last")


async def test_the_feed_becomes_the_source_unless_it_is_our_own_or_the_entry_names_another(desk: Desk) -> None:
    other = "<source url='https://agency.example/all.rss'>Agency</source>"
    await desk.take(rss(item(1), item(2, other)))
    await desk.take(rss(item(3), item(4, other)), own=True)
    articles = [(await desk.find(f"item-{number}")).article for number in (1, 2, 3, 4)]
    sources = [article.source for article in articles if article is not None]
    assert [source and source.name for source in sources] == ["Wire", "Agency", None, "Agency"]
    assert sources[0] is not None
    assert (sources[0].url, sources[0].feed_url) == ("https://wire.example/", "https://wire.example/feed.rss")


async def test_a_backfill_owes_partners_nothing_and_an_import_does(desk: Desk) -> None:
    await desk.take(records(story(1)), backfill=True)
    assert await deliveries_owed(desk) == 0
    await desk.take(records(story(2)))
    assert await deliveries_owed(desk) == 1


async def test_a_retracted_story_stays_retracted_by_id_and_by_url_until_it_is_restored(desk: Desk) -> None:
    page = "<link>https://wire.example/page</link>"
    moved = "<item><guid>https://wire.example/other</guid><title>Other</title>" + page + "</item>"
    await desk.take(rss(item(1, page)))
    await retract(desk.service.office, "item-1", reason="libel", public_note=None, actor="desk")
    refused = await desk.take(rss(item(1, page), moved))
    assert numbers(refused) == (0, 0, 0, 0, 2)
    assert all("retracted" in each.reason for each in refused.refused)
    await restore(desk.service.office, "item-1", actor="desk")
    assert numbers(await desk.take(rss(item(1, page)))) == (0, 0, 1, 0, 0)


async def test_an_embargo_on_a_released_story_is_refused(desk: Desk) -> None:
    await desk.take(records(story(1)))
    later = rfc3339(NOON + timedelta(hours=1))
    done = await desk.take(records(story(1, embargo_until=later)))
    assert numbers(done) == (0, 0, 0, 0, 1)
    assert "embargo" in done.refused[0].reason


async def test_a_feed_cannot_lift_an_embargo(desk: Desk) -> None:
    await put(desk.service, id="https://wire.example/1", title="Secret", embargo_until="2026-03-05T00:00:00Z")
    done = await desk.take(rss(item(1)), own=True)
    assert numbers(done) == (0, 0, 0, 0, 1)
    assert "embargo" in done.refused[0].reason
    assert (await desk.find("secret")).status is Status.SCHEDULED


async def test_the_feed_of_who_republishes_us_cannot_take_our_story_over(desk: Desk) -> None:
    await put(desk.service, id="https://wire.example/1", title="Ours")
    done = await desk.take(rss(item(1)))
    assert numbers(done) == (0, 0, 0, 0, 1)
    assert "--own" in done.refused[0].reason
    assert numbers(await desk.take(rss(item(1)), own=True)) == (0, 1, 0, 0, 0)


async def test_a_clock_that_is_fast_costs_no_story(desk: Desk) -> None:
    ahead = "<pubDate>04 Mar 2026 10:00:00 GMT</pubDate><atom:updated>2026-03-04T15:00:00Z</atom:updated>"
    done = await desk.take(rss(item(1, ahead)))
    assert numbers(done) == (1, 0, 0, 0, 0)
    assert [(note.position, note.changes[0].path) for note in done.notes] == [(1, "updated_at")]
    assert (await desk.find("item-1")).updated_at == NOON
    desk.service.clock.advance(timedelta(hours=1))  # type: ignore[attr-defined]
    assert numbers(await desk.take(rss(item(1, ahead)))) == (0, 0, 1, 0, 0)


async def test_a_record_that_says_when_it_was_updated_is_taken_at_its_word(desk: Desk) -> None:
    done = await desk.take(records(story(1, updated_at=rfc3339(NOON + timedelta(hours=3)))))
    assert numbers(done) == (0, 0, 0, 0, 1)
    assert done.refused[0].reason.startswith("updated_at: ")


async def test_an_entry_dated_ahead_is_scheduled(desk: Desk) -> None:
    dates = "<pubDate>05 Mar 2026 10:00:00 GMT</pubDate><atom:updated>2026-03-05T10:00:00Z</atom:updated>"
    done = await desk.take(rss(item(1, dates)))
    assert done.notes == []
    assert (await desk.find("item-1")).status is Status.SCHEDULED


async def test_what_was_changed_in_an_entry_is_noted_and_the_journal_names_the_actor(desk: Desk) -> None:
    done = await desk.take(records(story(1), story(2, body_html="<p>Hello<script>x()</script></p>")))
    assert [(note.position, note.title) for note in done.notes] == [(2, "Story 2")]
    kept = await history(desk.service.office, "story-2")
    assert [entry.actor for entry in kept.journal] == ["import"]


async def test_positions_count_through_a_file_of_many_parts(desk: Desk) -> None:
    long = "x" * 90_000
    values = [story(number, body_html=f"<p>{long}</p>") for number in range(30)]
    unread, refused = story(30, urgency=9), story(31, updated_at=rfc3339(NOON + timedelta(hours=3)))
    done = await desk.take(records(*values, unread, refused))
    assert numbers(done) == (30, 0, 0, 0, 2)
    assert [each.position for each in done.refused] == [31, 32]


async def test_a_store_that_cannot_write_is_an_error_and_no_refusal(tmp_path: Path) -> None:
    async with a_paper(tmp_path) as service:
        service.store.driver.submit(lambda tx: tx.connection.exec_driver_sql("PRAGMA query_only = ON")).result()
        with pytest.raises(StoreError):
            await Desk(service).take(records(story(1), story(2)))


async def test_a_folder_means_its_documents_in_order_of_their_names(desk: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for name in ("b.rss", "a.json", "c.ndjson", "notes.txt", "d.atom", "e.xml"):
        (folder / name).write_text("{}")
    (folder / "deeper.json").mkdir()
    found = await read_source(str(folder), desk.service.client)
    names = [Path(each.name if isinstance(each, Document) else each.source).name for each in found]
    assert names == ["a.json", "b.rss", "c.ndjson", "d.atom", "e.xml"]


@pytest.mark.parametrize("name", ["missing.json", "empty"])
async def test_a_path_without_documents_is_unreadable(desk: Desk, tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    [found] = await read_source(str(tmp_path / name), desk.service.client)
    assert isinstance(found, Unreadable)
    assert found.source.endswith(name)


async def test_an_address_is_fetched_and_its_refusals_are_told(desk: Desk) -> None:
    moved = answering(301, Location="/feed")
    served = {"/feed": answering(200, rss(item(1)).data, Content_Type="text/xml"), "/old": moved, "/no": answering(404)}
    async with partner(by_target(served)) as server:
        [found] = await read_source(server.at("127.0.0.1", "/old"), desk.service.client)
        [missing] = await read_source(server.at("127.0.0.1", "/no"), desk.service.client)
        fetched = server.at("127.0.0.1", "/feed")
    [unreachable] = await read_source(fetched, desk.service.client)
    assert found == Document(fetched, rss(item(1)).data, "text/xml")
    assert missing == Unreadable(server.at("127.0.0.1", "/no"), "the server answered 404")
    assert isinstance(unreachable, Unreadable)
