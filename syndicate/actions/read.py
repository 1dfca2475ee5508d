"""Read what pages and listings show, each in one snapshot."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from syndicate.actions.build import stored_entry
from syndicate.actions.office import Office
from syndicate.actions.retract import must_find
from syndicate.model.article import Article, Audience, Status
from syndicate.model.declarations import Declarations
from syndicate.model.entry import Entry
from syndicate.model.journal import JournalEntry
from syndicate.model.stored import StoredArticle
from syndicate.store import articles, generations, journal
from syndicate.store.tx import Tx

FRONT_STORIES = 80
SECTION_STORIES = 5


@dataclass(frozen=True)
class Front:
    """What a front page shows; sections in the order of their newest story."""

    lead: Entry | None
    latest: tuple[Entry, ...]
    sections: tuple[tuple[str, tuple[Entry, ...]], ...]


@dataclass(frozen=True)
class History:
    """An article's revisions (revision, at, actor, kind, record) and its journal."""

    stored: StoredArticle
    revisions: tuple[dict[str, object], ...]
    journal: tuple[JournalEntry, ...]


async def front(office: Office) -> Front:
    """Read the front page: the newest story with a picture leads."""
    return await office.store.read(_front)


def _front(tx: Tx) -> Front:
    publisher = tx.declarations.publisher
    newest = articles.newest_public(tx, limit=FRONT_STORIES)
    # By when it was published: a story corrected today is not today's news.
    entries = tuple(
        stored_entry(stored, publisher) for stored in sorted(newest, key=lambda each: each.published_at, reverse=True)
    )
    lead = next((entry for entry in entries[:8] if entry.article.images), entries[0] if entries else None)
    sections: dict[str, list[Entry]] = {}
    for entry in entries:
        for category in entry.article.categories[:1]:
            sections.setdefault(category.label or category.term, []).append(entry)
    ordered = tuple((name, tuple(each[:SECTION_STORIES])) for name, each in sections.items())
    return Front(lead, entries[:12], ordered)


async def declared_since(office: Office) -> tuple[Declarations, datetime]:
    """Return what is in force, and since when."""
    return await office.store.read(lambda tx: (tx.declarations, generations.newest_at(tx)))


async def find(office: Office, name: str) -> StoredArticle:
    """Find an article by id, slug or url. Raises ArticleNotFoundError."""
    return await office.store.read(must_find, name)


async def by_slug(office: Office, slug: str) -> StoredArticle | None:
    return await office.store.read(articles.by_slug, slug)


def shown_entry(stored: StoredArticle, tx: Tx) -> Entry | None:
    """Return what readers may see of an article, if anything."""
    public = stored.article is not None and stored.article.audience is Audience.PUBLIC
    return stored_entry(stored, tx.declarations.publisher) if public and stored.status is Status.PUBLISHED else None


def was_public(stored: StoredArticle) -> bool:
    """Tell whether readers could see a withdrawn article; nothing tells them of one that was for partners only."""
    withdrawn = stored.status in (Status.RETRACTED, Status.EXPIRED) and stored.released_at is not None
    return withdrawn and (stored.article is None or stored.article.audience is Audience.PUBLIC)


async def public_entry(office: Office, slug: str) -> tuple[StoredArticle, Entry | None] | None:
    """Return an article by slug and what readers may see of it; None where there is none."""
    return await office.store.read(_public_entry, slug)


def _public_entry(tx: Tx, slug: str) -> tuple[StoredArticle, Entry | None] | None:
    stored = articles.by_slug(tx, slug)
    return None if stored is None else (stored, shown_entry(stored, tx))


async def history(office: Office, name: str) -> History:
    """Return the revisions and the journal of an article. Raises ArticleNotFoundError."""
    return await office.store.read(_history, name)


def _history(tx: Tx, name: str) -> History:
    stored = must_find(tx, name)
    return History(stored, tuple(articles.revisions_of(tx, stored.key)), journal.of_article(tx, stored.key))


def as_it_stands(stored: StoredArticle) -> Article | None:
    """Return the record with what the service knows of it; None once erased."""
    if stored.article is None:
        return None
    return stored.article.model_copy(
        update={"status": stored.status, "revision": stored.revision, "slug": stored.slug, "seq": stored.seq}
    )
