"""/api/v1/articles: create, replace, read, retract."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import unquote

from aiohttp import web

from syndicate.actions import read
from syndicate.actions.accept import Receipt, Result, Submission, accepting
from syndicate.actions.idempotent import Reply
from syndicate.actions.listings import list_articles
from syndicate.actions.retract import restoring, retracting
from syndicate.errors import ArticleNotFoundError, InvalidQueryError, InvalidRecordError, SyndicateError, Violation
from syndicate.model.addresses import normalise_uri
from syndicate.model.article import Status
from syndicate.parse.record import ParsedRecord, read_record
from syndicate.web.api import documents
from syndicate.web.api.requests import (
    answer_write,
    cursor,
    instant,
    limit,
    next_cursor,
    number,
    page,
    read_document,
    require,
    respond,
)
from syndicate.web.conditional import is_held
from syndicate.web.context import context


async def create(request: web.Request) -> web.Response:
    """POST: accept a new record; a known id is refused."""
    token = await require(request, "write")
    with counted(request):
        body, document = await read_document(request)
        parsed = read_record(document)
        submission = Submission(parsed.article, parsed.changes, create_only=True)
        return await answer_write(request, token, body, accepting(submission), _reply)


async def replace(request: web.Request) -> web.Response:
    """PUT: replace by id, or create."""
    token = await require(request, "write")
    with counted(request):
        body, document = await read_document(request)
        parsed = _with_id(read_record(document), await _named(request))
        submission = Submission(parsed.article, parsed.changes, revision=_if_match(request))
        return await answer_write(request, token, body, accepting(submission), _reply)


@contextmanager
def counted(request: web.Request) -> Iterator[None]:
    """Count a record handed in as accepted or refused."""
    ingest = context(request).counters.ingest
    try:
        yield
    except SyndicateError:
        ingest["refused"] += 1
        raise
    ingest["accepted"] += 1


async def retract(request: web.Request) -> web.Response:
    """DELETE: retract, with a reason for the journal and a public note."""
    token = await require(request, "write")
    name = await _named(request)
    reason, note = request.query.get("reason", "").strip(), request.query.get("public_note", "").strip() or None
    if not reason:
        raise InvalidQueryError(
            "a retraction needs a reason", [Violation("reason", "say why; it stays in the journal")]
        )
    return await answer_write(request, token, b"", retracting(name, reason, note, revision=_if_match(request)), _reply)


async def restore(request: web.Request) -> web.Response:
    """POST …/restore: bring a retracted article back."""
    token = await require(request, "write")
    name = await _named(request)
    return await answer_write(request, token, b"", restoring(name), _reply)


async def show(request: web.Request) -> web.Response:
    await require(request, "read")
    stored = await read.find(context(request).office, await _named(request))
    etag = f'"{stored.revision}"'
    if is_held(request, etag):
        return web.Response(status=304, headers={"ETag": etag, "Cache-Control": "no-store"})
    return respond(Reply(200, documents.article(stored), {"ETag": etag}))


async def listing(request: web.Request) -> web.Response:
    """GET: list articles, the last changed first; with ?id= or ?url= the one article."""
    if "id" in request.query or "url" in request.query:
        return await show(request)
    await require(request, "read")
    status = request.query.get("status")
    if status is not None and status not in set(Status):
        known = ", ".join(Status)
        raise InvalidQueryError("unknown status", [Violation("status", f"must be one of: {known}")])
    after, most = cursor(request, instant, number), limit(request)
    before = None if after is None else (after[0], after[1])
    found = await list_articles(context(request).office, status=status, before=before, limit=most)
    following = next_cursor(found[-1].changed_at.isoformat(), found[-1].key) if len(found) == most else None
    return page([documents.article(stored) for stored in found], following=following)


def _reply(done: Receipt) -> Reply:
    status = 201 if done.result is Result.CREATED else 200
    return Reply(status, documents.receipt(done), {"ETag": f'"{done.stored.revision}"'})


def _with_id(parsed: ParsedRecord, article_id: str) -> ParsedRecord:
    if parsed.article.id is not None and parsed.article.id != article_id:
        violation = Violation("id", "is not the id of the address; leave it out, or make them equal")
        raise InvalidRecordError("two ids for one article", [violation])
    return ParsedRecord(parsed.article.model_copy(update={"id": article_id}), parsed.changes)


async def _named(request: web.Request) -> str:
    """Return the id a request names: in its path, percent-encoded, or as ?id= or ?url=."""
    if "url" in request.query and "id" not in request.match_info:
        return (await read.find(context(request).office, request.query["url"])).id
    if "id" not in request.match_info and "id" not in request.query:
        raise InvalidQueryError("no article is named", [Violation("id", "name the article with ?id= or ?url=")])
    # The raw path, because an id may hold slashes.
    raw = request.rel_url.raw_path.partition("/articles/")[2]
    path = raw.removesuffix("/restore") if request.method == "POST" else raw
    text = unquote(path) if "id" in request.match_info else request.query["id"]
    try:
        return normalise_uri(text)
    except ValueError as error:
        if request.method == "PUT":
            raise InvalidRecordError("the address names no id", [Violation("id", str(error))]) from error
        raise ArticleNotFoundError(text, remedy=f"The id {error}") from error


def _if_match(request: web.Request) -> int | None:
    text = request.headers.get("If-Match")
    if text is None or text.strip() == "*":
        return None
    match = re.fullmatch(r'\s*"(\d{1,9})"\s*', text)
    if match is None:
        raise InvalidQueryError("If-Match is not a revision", [Violation("If-Match", 'must be the ETag, such as "3"')])
    return int(match[1])
