"""Lint feeds: our own by what their gates found, others' by reading them as a partner would, twice."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

from syndicate.actions.editions import Editions
from syndicate.actions.office import Office
from syndicate.errors import FeedNotFoundError, UnreadableDocumentError
from syndicate.model.declarations import Dialect, FeedDeclaration
from syndicate.model.finding import Finding
from syndicate.net.client import Client
from syndicate.net.exchange import Failure, Fetched
from syndicate.parse.lint.documents import Linted
from syndicate.parse.lint.outline import Complaint
from syndicate.policy.gates.table import judge_feed
from syndicate.render.feeds import FORMATS
from syndicate.sandbox.documents import Runner
from syndicate.sandbox.linting import lint
from syndicate.store import findings
from syndicate.store.findings import Judged

_STEP = 500
_ACCEPT = "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"


async def list_findings(office: Office, slug: str, *, after: int, limit: int) -> tuple[Judged, ...]:
    """Return what a feed's gate found, by article key behind `after`. Raises FeedNotFoundError."""
    if (await office.store.read(lambda tx: tx.declarations.feed(slug))) is None:
        raise FeedNotFoundError(slug)
    return await office.store.read(findings.listing, slug, after=after, limit=limit)


async def count_refused(office: Office) -> Mapping[str, int]:
    """Count the articles that each feed's gate keeps out."""
    return await office.store.read(findings.refused_by_feed)


async def lint_feed(office: Office, editions: Editions, sandbox: Runner, feed: FeedDeclaration) -> list[Complaint]:
    """Say what a feed of ours would be refused or shown worse for: its declaration, its articles, its documents."""
    found = [Complaint(None, finding) for finding in judge_feed(feed)]
    after, step = 0, await list_findings(office, feed.slug, after=0, limit=_STEP)
    while step:
        found += [Complaint(each.article_id, finding) for each in step for finding in each.findings]
        after = step[-1].key
        step = await list_findings(office, feed.slug, after=after, limit=_STEP)
    for name, form in FORMATS.items():
        body = (await editions.get(feed.slug, name)).bodies["identity"]
        linted = await lint(
            sandbox, body, address=form.suffix, content_type=form.media_type, dialect="standard", now=office.now()
        )
        found += linted.complaints
    return found


async def lint_file(office: Office, sandbox: Runner, path: Path, dialect: Dialect) -> list[Complaint]:
    """Lint a document in a file. Raises UnreadableDocumentError."""
    try:
        data = await asyncio.to_thread(path.read_bytes)
    except OSError as error:
        raise UnreadableDocumentError(f"{path.name}: {error.strerror or 'cannot be read'}") from error
    found = await lint(sandbox, data, address=str(path), content_type=None, dialect=dialect, now=office.now())
    return list(found.complaints)


async def lint_address(office: Office, sandbox: Runner, client: Client, url: str, dialect: Dialect) -> list[Complaint]:
    """Lint what an address answers, and how: once as a new reader, once more as one that comes back.

    Raises UnreadableDocumentError where it answers nothing to read.
    """
    first = await _fetch(client, url, {})
    found = await _lint_answer(sandbox, first, dialect, now=office.now())
    return [*judge_answer(first), *found.complaints, *await _come_back(sandbox, client, first, found, office.now())]


async def _fetch(client: Client, url: str, conditions: dict[str, str]) -> Fetched:
    answer = await client.get(url, headers={"Accept": _ACCEPT, **conditions})
    if isinstance(answer, Failure):
        raise UnreadableDocumentError(f"the address cannot be read: {answer.detail}")
    if answer.status not in (200, 304):
        raise UnreadableDocumentError(f"the server answered {answer.status}")
    return answer


async def _lint_answer(sandbox: Runner, answer: Fetched, dialect: Dialect, *, now: datetime) -> Linted:
    kind = answer.headers.get("Content-Type", "")
    return await lint(sandbox, answer.body, address=answer.url, content_type=kind, dialect=dialect, now=now)


async def _come_back(
    sandbox: Runner, client: Client, first: Fetched, found: Linted, now: datetime
) -> tuple[Complaint, ...]:
    """Ask again with what the first answer gave to say "I have it"."""
    names = {"If-None-Match": "ETag", "If-Modified-Since": "Last-Modified"}
    conditions = {asked: first.headers[given] for asked, given in names.items() if given in first.headers}
    second = await _fetch(client, first.url, conditions)
    if second.status == 304:
        return ()
    again = await _lint_answer(sandbox, second, "standard", now=now)
    changed = tuple(judge_stability(found, again))
    if conditions and second.body == first.body:
        reason = "are not honoured: the same document came again instead of 304"
        return (*changed, _complaint("conditions_ignored", "ETag, Last-Modified", reason, refuses=False))
    return changed


def judge_answer(answer: Fetched) -> Iterator[Complaint]:
    """Complain of headers that make readers fetch everything again and again."""
    headers = answer.headers
    if "ETag" not in headers and "Last-Modified" not in headers:
        reason = "are both missing: every reader fetches the whole document every time"
        yield _complaint("validators_missing", "ETag, Last-Modified", reason, refuses=False)
    if "Content-Encoding" not in headers:
        yield _complaint("not_compressed", "Content-Encoding", "is missing: nothing was compressed", refuses=False)
    if "Content-Type" not in headers:
        yield _complaint("media_type", "Content-Type", "is missing", refuses=True)


def judge_stability(first: Linted, second: Linted) -> Iterator[Complaint]:
    """Complain of ids and dates that differ between two polls, of stories that both show."""
    if first.dates and second.dates and not first.dates.keys() & second.dates.keys():
        reason = "were all others a moment later: every poll brings every story again"
        yield _complaint("ids_unstable", "id", reason, refuses=True)
    for name, dates in first.dates.items():
        if second.dates.get(name, dates) != dates:
            reason = "differs from one poll to the next; partners stop taking such a feed"
            yield Complaint(name, Finding("dates_churn", "date", reason, refuses=True))


def _complaint(code: str, path: str, reason: str, *, refuses: bool) -> Complaint:
    return Complaint(None, Finding(code, path, reason, refuses))
