"""Bring documents in: every entry of a feed or a file of records, each accepted or refused by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, assert_never

from syndicate.actions.candidates import Candidate, Terms, candidates_of, take_in
from syndicate.actions.imported import Imported, Note, Progress, Refusal
from syndicate.actions.office import Office
from syndicate.actions.sources import Document, Unreadable
from syndicate.errors import ConflictError, InvalidError, SyndicateError
from syndicate.parse.parsed import ParsedFeed
from syndicate.parse.record_lines import parts_of
from syndicate.sandbox.documents import Runner, read_document

Report = Callable[[Progress], None]
# So many wait for one commit together; what others write meanwhile waits no longer than for these.
AT_ONCE = 100


async def bring_in(
    office: Office,
    sandbox: Runner,
    sources: Sequence[Document | Unreadable],
    *,
    actor: str,
    backfill: bool,
    own: bool,
    report: Report,
) -> Imported:
    """Import documents one after the other; the same documents again change nothing.

    `backfill` owes nobody a delivery, `own` says that the feeds are ours; `report` hears of every finished entry.
    Raises StoreError where the store cannot write; what was accepted before stays.
    """
    imported = Imported()
    desk = _Desk(office, sandbox, Terms(actor, own=own, deliver=not backfill), report)
    for source in sources:
        match source:
            case Document():
                await desk.bring(source, imported)
            case Unreadable():
                imported.unreadable.append(source)
            case _:
                assert_never(source)
    return imported


class _Desk:
    """Where the documents of one import are taken in."""

    def __init__(self, office: Office, sandbox: Runner, terms: Terms, report: Report) -> None:
        self._office = office
        self._sandbox = sandbox
        self._terms = terms
        self._report = report

    async def bring(self, document: Document, imported: Imported) -> None:
        name = document.name
        for part in parts_of(document.data, name):
            try:
                feed = await read_document(self._sandbox, part.data, address=name, content_type=document.content_type)
            except InvalidError as error:
                imported.unreadable.append(Unreadable(name, reason_of(error)))
                return
            imported.add(await self._take_all(name, feed, before=part.before))

    async def _take_all(self, name: str, feed: ParsedFeed, *, before: int) -> Imported:
        done = Imported()
        for problem in feed.problems:
            done.refused.append(Refusal(name, before + problem.position, problem.title, problem.reason))
        candidates = candidates_of(feed, self._terms, before=before)
        total, waiting = len(feed.problems) + len(candidates), iter(candidates)

        async def take_each() -> None:
            for candidate in waiting:
                await self._take(name, candidate, done)
                self._report(Progress(name, before + done.taken, before + total))

        await _at_once(take_each, min(AT_ONCE, len(candidates)))
        return done

    async def _take(self, name: str, candidate: Candidate, done: Imported) -> None:
        occasion = self._office.occasion(self._terms.actor)
        position, title = candidate.position, candidate.article.title
        try:
            receipt = await self._office.store.write(take_in, candidate, self._terms, occasion)
        except (ConflictError, InvalidError) as error:
            done.refused.append(Refusal(name, position, title, reason_of(error)))
            return
        done.results[receipt.result] += 1
        if receipt.changes:
            done.notes.append(Note(name, position, title, receipt.changes))


async def _at_once(work: Callable[[], Coroutine[Any, Any, None]], times: int) -> None:
    """Do the same work several times at once; raises what the first to fail raised."""
    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(times):
                group.create_task(work())
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from failed


def reason_of(error: SyndicateError) -> str:
    """Say in one line why something was refused."""
    violations = error.violations if isinstance(error, InvalidError) else ()
    return "; ".join(map(str, violations)) or error.message
