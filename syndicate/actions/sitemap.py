"""The news sitemap of now, made again when an article changed or one grew too old for it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

from syndicate.actions.build import stored_entry
from syndicate.actions.office import Office
from syndicate.model.declarations import Declarations, Publisher
from syndicate.model.entry import Entry
from syndicate.render.sitemap import write_news_sitemap
from syndicate.store import articles, journal
from syndicate.store.tx import Tx

NEWS_AGE = timedelta(hours=48)
MOST_URLS = 1_000


@dataclass(frozen=True)
class News:
    """What is news as of `seq`, and until when nothing of it grows too old."""

    seq: int
    entries: tuple[Entry, ...]
    publisher: Publisher
    until: datetime


@dataclass(frozen=True)
class _Made:
    news: News
    declared: Declarations
    body: bytes


class NewsSitemap:
    """The sitemap this process serves."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._made: _Made | None = None
        self._one_at_a_time = asyncio.Lock()

    async def body(self) -> bytes:
        """Return the sitemap, never older than what was answered."""
        async with self._one_at_a_time:
            now = self._office.now()
            seq, declared = await self._office.store.read(_state)
            made = self._made
            if made is None or made.news.seq != seq or made.declared != declared or now >= made.news.until:
                news = await self._office.store.read(read_news, now)
                body = await asyncio.to_thread(write_news_sitemap, news.entries, news.publisher)
                made = self._made = _Made(news, declared, body)
            return made.body


def _state(tx: Tx) -> tuple[int, Declarations]:
    return journal.last_seq(tx), tx.declarations


def read_news(tx: Tx, now: datetime) -> News:
    """Read what was first published in the last two days and has its page on our own host, the newest first."""
    declared = tx.declarations
    publisher = declared.publisher
    # Without pages of our own only what has an address of its own on our host can be named.
    paged = declared.page_content != "none"
    found = articles.published_since(tx, now - NEWS_AGE, under=f"{publisher.root}/", paged=paged, limit=MOST_URLS)
    entries = tuple(stored_entry(stored, publisher) for stored in found)
    oldest = min((entry.published_at for entry in entries), default=now)
    return News(journal.last_seq(tx), entries, publisher, until=oldest + NEWS_AGE)
