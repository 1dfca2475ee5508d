"""Commands on articles."""

from __future__ import annotations

import asyncio
from typing import Any

from syndicate.actions import correct as correcting
from syndicate.actions import erase as erasing
from syndicate.actions import listings, read, release, retract, single, takedown
from syndicate.actions.accept import Submission, accept
from syndicate.app.commands.command import Call
from syndicate.model.stored import StoredArticle
from syndicate.parse.record import read_record
from syndicate.parse.strict_json import read_json
from syndicate.web.api import documents
from syndicate.web.api.documents import when


async def listing(call: Call) -> list[dict[str, Any]]:
    """List articles, the last changed first; args: status or None, limit."""
    found = await listings.list_articles(call.office, status=call.args["status"], before=None, limit=call.args["limit"])
    return [_row(stored) for stored in found]


def _row(stored: StoredArticle) -> dict[str, Any]:
    article = stored.article
    return {
        "id": stored.id,
        "slug": stored.slug,
        "url": stored.url,
        "title": None if article is None else article.title,
        "status": stored.status,
        "revision": stored.revision,
        "seq": stored.seq,
        "source": article.source.name if article is not None and article.source is not None else None,
        "upstream": stored.upstream,
        "published_at": when(stored.published_at),
        "updated_at": when(stored.updated_at),
        "changed_at": when(stored.changed_at),
    }


async def show(call: Call) -> dict[str, Any]:
    """Show the record as it stands; args: article."""
    return documents.article(await read.find(call.office, call.args["article"]))


async def history(call: Call) -> list[dict[str, Any]]:
    """List the revisions of an article with what the journal says of each; args: article."""
    found = await read.history(call.office, call.args["article"])
    rows: list[dict[str, Any]] = [
        {"revision": each["revision"], "seq": None, "kind": each["kind"], "at": each["at"], "actor": each["actor"],
         "reason": None}
        for each in found.revisions
    ]  # fmt: skip
    told = {(row["revision"], row["kind"]): row for row in rows}
    for entry in found.journal:
        # A release or an expiry makes no revision: it is a row of its own.
        row = told.get((entry.revision, entry.kind.value))
        if row is None:
            rows.append(row := {"revision": entry.revision, "kind": entry.kind.value})
        row.update(seq=entry.seq, at=entry.at, actor=entry.actor, reason=entry.reason)
    rows.sort(key=lambda row: (row["at"], row["revision"]))
    return [row | {"at": when(row["at"])} for row in rows]


async def put(call: Call) -> dict[str, Any]:
    """Accept a record; args: record, its JSON text."""
    parsed = await asyncio.to_thread(lambda: read_record(read_json(call.args["record"].encode())))
    return documents.receipt(await accept(call.office, Submission(parsed.article, parsed.changes), actor=call.actor))


async def correct(call: Call) -> dict[str, Any]:
    """Publish a correction; args: article, note, title or None."""
    args = call.args
    done = await correcting.correct(
        call.office, args["article"], note=args["note"], title=args["title"], actor=call.actor
    )
    return documents.receipt(done)


async def withdraw_everywhere(call: Call) -> dict[str, Any]:
    """Retract; args: article, reason, public_note or None."""
    args = call.args
    done = await retract.retract(
        call.office, args["article"], reason=args["reason"], public_note=args["public_note"], actor=call.actor
    )
    return documents.receipt(done)


async def restore(call: Call) -> dict[str, Any]:
    return documents.receipt(await retract.restore(call.office, call.args["article"], actor=call.actor))


async def let_go(call: Call) -> dict[str, Any]:
    """Release a held article; args: article."""
    return documents.receipt(await release.release(call.office, call.args["article"], actor=call.actor))


async def send(call: Call) -> None:
    """Send one story to one partner; args: article, partner."""
    await single.send_one(call.office, call.args["article"], call.args["partner"], actor=call.actor)


async def withdraw(call: Call) -> None:
    """Withdraw one story from one partner; args: article, partner."""
    await single.withdraw_one(call.office, call.args["article"], call.args["partner"], actor=call.actor)


async def erase(call: Call) -> dict[str, Any]:
    """Remove every text of a retracted article; args: article, case."""
    args, storage = call.args, call.service.pictures
    return documents.article(await erasing.erase(call.office, storage, args["article"], case=args["case"]))


async def copies_left(call: Call) -> list[dict[str, Any]]:
    """List every copy of an article with its partner's contact and whether it is gone; args: article."""
    return [
        documents.copy(each.copy)
        | {
            "gone": each.gone,
            "contact": each.contact,
            "delivery": None if each.delivery is None else documents.delivery(each.delivery),
        }
        for each in await takedown.list_takedown(call.office, call.args["article"])
    ]
