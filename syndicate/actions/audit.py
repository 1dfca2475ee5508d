"""Audit a partner: read its copies back, say what they show, and keep that with them; nothing is changed there."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace

from syndicate.actions.audit_feed import SiteFeed, read_site_feed, remember_address
from syndicate.actions.office import Occasion, Office
from syndicate.actions.operate import must_route
from syndicate.errors import UnreadableDocumentError
from syndicate.model.article import Article
from syndicate.model.copy_page import Audit, Shows
from syndicate.model.declarations import Declarations, PartnerDeclaration
from syndicate.model.delivery import Holding
from syndicate.model.journal import Kind
from syndicate.net.client import Client
from syndicate.net.exchange import Failure, Fetched
from syndicate.policy.audit import (
    Expected,
    is_elsewhere,
    is_front_page,
    judge_absence,
    judge_page,
    judge_silence,
    telling,
)
from syndicate.policy.rights import NotAllowed, shape_for_partner
from syndicate.render.attribution import original_url
from syndicate.render.event import outgoing
from syndicate.sandbox.copy_pages import read_page
from syndicate.sandbox.documents import Runner
from syndicate.store import articles, audits, copies
from syndicate.store.audits import Listed
from syndicate.store.tx import Tx

MAX_PAGE_BYTES = 5 * 1024**2
# A few at a time: the partner's readers come first.
AT_ONCE = 4
_ACCEPT = {"Accept": "text/html, application/xhtml+xml;q=0.9, */*;q=0.1"}
_ABSENT = (404, 410)
_WITHDRAWALS = (Kind.RETRACTED.value, Kind.EXPIRED.value)


@dataclass(frozen=True)
class Audited:
    """One copy, and what it showed."""

    listed: Listed
    audit: Audit


@dataclass(frozen=True)
class Looker:
    """What looks at partners' pages: the guarded way out, and the sandbox that reads what comes back."""

    client: Client
    sandbox: Runner


async def audit(office: Office, looker: Looker, name: str, *, limit: int) -> tuple[Audited, ...]:
    """Read back a partner's copies, those of withdrawn articles first. Raises PartnerNotFoundError."""
    partner, listed = await office.store.read(_listed, name, limit)
    feed = await read_site_feed(looker.client, looker.sandbox, partner.audit_feed)
    places = asyncio.Semaphore(AT_ONCE)

    async def one(each: Listed) -> Audited:
        async with places:
            return await _audit_one(office, looker, partner, each, feed)

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(each)) for each in listed]
    return tuple(task.result() for task in tasks)


def _listed(tx: Tx, partner: str, limit: int) -> tuple[PartnerDeclaration, tuple[Listed, ...]]:
    return must_route(tx, partner).partner, audits.to_audit(tx, partner, limit=limit)


async def _audit_one(
    office: Office, looker: Looker, partner: PartnerDeclaration, listed: Listed, feed: SiteFeed
) -> Audited:
    expected = await office.store.read(_expected, partner, listed)
    if (url := listed.url or feed.address_of(expected)) is None:
        return Audited(listed, Audit(Shows.NO_ADDRESS, problems=feed.problems))
    if listed.url is None:
        await remember_address(office, partner.name, listed.key, url)
        listed = replace(listed, url=url)
    found = await _look(looker, url, expected)
    await office.store.write(_record, partner.name, Audited(listed, found), office.occasion("audit"))
    return Audited(listed, found)


# --- what should stand there ---------------------------------------------------------------------------------------


def _expected(tx: Tx, partner: PartnerDeclaration, listed: Listed) -> Expected:
    stored = articles.by_key(tx, listed.key)
    assert stored is not None
    declared = tx.declarations
    told = _told(tx, listed.key)
    url = stored.url or f"{declared.publisher.root}/articles/{stored.slug}"
    named = _source_of(told[-1][1], stored.slug, partner, declared) if told else None
    stories, names = named or ((url,), (declared.publisher.title,))
    return Expected(
        tellings=tuple(telling(_shaped(article, partner, declared), number) for number, article in told),
        newest=stored.revision,
        url=url,
        stories=stories,
        names=names,
        withdrawn=not listed.is_published or listed.holding is Holding.WITHDRAWN,
        settled=listed.is_settled,
        was_read=listed.was_read,
        notice=stored.public_note,
    )


def _told(tx: Tx, key: int) -> list[tuple[int, Article]]:
    """Return the revisions of an article whose texts are kept, by number."""
    # A withdrawal is a revision, too, and keeps the record; it was never shown.
    shown = (row for row in articles.revisions_of(tx, key) if row["kind"] not in _WITHDRAWALS)
    return [(row["revision"], articles.load(row["record"])) for row in shown if row["record"] is not None]


def _shaped(article: Article, partner: PartnerDeclaration, declared: Declarations) -> Article:
    """Cut an article as the partner was to show it; rights that have ended since do not matter for what its text is."""
    assert article.updated_at is not None
    shaped = shape_for_partner(article, partner, declared.rights, now=article.updated_at)
    return article if isinstance(shaped, NotAllowed) else shaped


def _source_of(
    article: Article, slug: str, partner: PartnerDeclaration, declared: Declarations
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the addresses and the words of which a source line has one each."""
    leaving = outgoing(article.model_copy(update={"slug": slug}), declared.publisher)
    assert leaving.source is not None
    stories = (leaving.url, original_url(leaving))
    words = partner.profile.attribution.replace("{source}", leaving.source.name)
    return tuple(url for url in stories if url), (leaving.source.name, words)


# --- what stands there ---------------------------------------------------------------------------------------------


async def _look(looker: Looker, url: str, expected: Expected) -> Audit:
    answer = await looker.client.get(
        url, headers=_ACCEPT, max_wire_bytes=MAX_PAGE_BYTES, max_inflated_bytes=MAX_PAGE_BYTES
    )
    if isinstance(answer, Failure):
        return judge_silence(expected, answer.detail)
    if answer.status in _ABSENT:
        return judge_absence(expected, f"the server answers {answer.status}")
    if answer.status != 200:
        return judge_silence(expected, f"the server answers {answer.status}")
    if is_front_page(answer.url, instead_of=url):
        return judge_absence(expected, "its address leads to the front page")
    return await _read(looker.sandbox, answer, expected, elsewhere=is_elsewhere(answer.url, instead_of=url))


async def _read(sandbox: Runner, answer: Fetched, expected: Expected, *, elsewhere: bool) -> Audit:
    try:
        kind = answer.headers.get("Content-Type")
        page = await read_page(sandbox, answer.body, address=answer.url, content_type=kind)
    except UnreadableDocumentError:
        return judge_silence(expected, "the page cannot be read")
    # A long page and many revisions take a while: readers must not wait for it.
    return await asyncio.to_thread(judge_page, page, expected, elsewhere=elsewhere)


# --- what follows --------------------------------------------------------------------------------------------------


def _record(tx: Tx, partner: str, audited: Audited, occasion: Occasion) -> None:
    listed, found = audited.listed, audited.audit
    audits.note(tx, partner, listed.key, found.document(), at=occasion.now)
    if (holding := _holding(found)) is not None:
        revision = listed.revision if found.revision is None else found.revision
        audits.settle(tx, partner, listed, holding, revision, at=occasion.now)
        copies.forget_of_erased(tx, [listed.key])


def _holding(found: Audit) -> Holding | None:
    """Return what the partner holds for certain; None where the page does not tell."""
    match found.shows:
        case Shows.NEWEST | Shows.OLDER | Shows.STILL_UP:
            return Holding.HELD
        case Shows.GONE:
            return Holding.WITHDRAWN
        case Shows.UNKNOWN | Shows.MISSING | Shows.UNREACHABLE | Shows.NO_ADDRESS:
            return None
