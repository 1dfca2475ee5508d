"""Errors as answers: the one place where our errors become HTTP statuses (RFC 9457)."""

from __future__ import annotations

import functools
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from syndicate import errors
from syndicate.web.context import context
from syndicate.web.headers import dressed
from syndicate.web.pages import notices
from syndicate.web.pages.environment import PAGE_HEADERS

logger = logging.getLogger(__name__)

# The first match counts: the more special error stands first.
STATUSES: tuple[tuple[type[errors.SyndicateError], int], ...] = (
    (errors.RevisionMismatchError, 412),
    (errors.IdempotencyMismatchError, 422),
    (errors.ConflictError, 409),
    (errors.InvalidJSONError, 400),
    (errors.InvalidQueryError, 400),
    (errors.InvalidError, 422),
    (errors.NotFoundError, 404),
    (errors.BadSignatureError, 401),
    (errors.UnauthenticatedError, 401),
    (errors.ForbiddenError, 403),
    (errors.SlowRequestError, 408),
    (errors.TooLargeError, 413),
    (errors.UnsupportedMediaError, 415),
    (errors.TooManyRequestsError, 429),
    (errors.CursorUnknownError, 410),
    (errors.FeedGoneError, 410),
    (errors.StoreError, 503),
    (errors.UnreachableError, 502),
    (errors.BlockedAddressError, 422),
    (errors.UnwritableError, 422),
    (errors.SyndicateError, 500),
)
HTTP_CODES = {404: "not_found", 405: "method_not_allowed", 413: "too_large", 417: "expectation_failed"}
STORE_RETRY_SECONDS = 5
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class Failure:
    """What went wrong, in the terms of HTTP; `members` are those of the problem document."""

    status: int
    members: Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)


def status_of(error: errors.SyndicateError) -> int:
    return next(status for kind, status in STATUSES if isinstance(error, kind))


def failure(error: errors.SyndicateError) -> Failure:
    """Describe one of our errors: `code` is stable, `detail` says what is wrong, `remedy` what to change."""
    members: dict[str, Any] = {
        "title": error.code.replace("_", " ").capitalize(),
        "code": error.code,
        "detail": error.message,
        "remedy": error.remedy,
    }
    if isinstance(error, errors.InvalidError) and error.violations:
        members["violations"] = [{"path": each.path, "reason": each.reason} for each in error.violations]
    return Failure(status_of(error), members, _headers(error))


def _headers(error: errors.SyndicateError) -> dict[str, str]:
    match error:
        case errors.TooManyRequestsError():
            return {"Retry-After": str(error.retry_after_seconds)}
        case errors.StoreError():
            return {"Retry-After": str(STORE_RETRY_SECONDS)}
        case errors.UnauthenticatedError():
            return {"WWW-Authenticate": 'Bearer realm="syndicate"'}
        case _:
            return {}


def http_failure(error: web.HTTPException) -> Failure:
    """Describe an error of the framework: no such address, no such method."""
    members = {"title": error.reason, "code": HTTP_CODES.get(error.status, f"http_{error.status}")}
    return Failure(error.status, members, {"Allow": error.headers["Allow"]} if "Allow" in error.headers else {})


CRASH = Failure(500, {"title": "Internal error", "code": "internal_error"})


def document(failed: Failure) -> web.Response:
    """Tell a program, with a problem document."""
    members = {"type": "about:blank", "status": failed.status, **failed.members}
    response = web.Response(
        status=failed.status,
        # Names and paths in messages are the sender's: they may hold what UTF-8 cannot.
        body=json.dumps(members, ensure_ascii=False).encode("utf-8", "replace"),
        headers={"Cache-Control": "no-store", **failed.headers},
        content_type="application/problem+json",
    )
    if failed.status == 408:
        # The rest of the body is not waited for (RFC 9110 section 15.5.9).
        response.force_close()
    return response


def problem(error: errors.SyndicateError) -> web.Response:
    """Answer with a problem document."""
    return dressed(document(failure(error)))


def for_programs(handler: Handler) -> Handler:
    """Turn errors of an address that programs ask into problem documents."""

    @functools.wraps(handler)
    async def guarded(request: web.Request) -> web.StreamResponse:
        answered = await _answer(request, handler)
        return dressed(document(answered) if isinstance(answered, Failure) else answered)

    return guarded


def for_readers(handler: Handler) -> Handler:
    """Turn errors of an address that people open into a page in words for readers; who writes there is a program."""

    @functools.wraps(handler)
    async def guarded(request: web.Request) -> web.StreamResponse:
        answered = await _answer(request, handler)
        if not isinstance(answered, Failure):
            return dressed(answered)
        return dressed(document(answered) if answered.status == 405 else _page(request, answered))

    return guarded


async def _answer(request: web.Request, handler: Handler) -> web.StreamResponse | Failure:
    try:
        # No name of ours holds a NUL, and PostgreSQL takes none.
        if "%00" in request.raw_path:
            raise web.HTTPNotFound
        return await handler(request)
    except errors.SyndicateError as error:
        return failure(error)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        return http_failure(error)
    except Exception:  # the boundary of a request: a bug must cost this request only
        logger.exception("request.crashed", extra={"method": request.method, "path": request.path})
        return CRASH


def _page(request: web.Request, failed: Failure) -> web.Response:
    declared = context(request).declarations()
    if failed.status == 404:
        html = notices.not_found_page(declared.publisher, feeds=declared.feeds)
    elif failed.status == 410:
        html = notices.error_page(
            declared.publisher,
            heading="This feed has ended",
            text="It is no longer published. The feeds there are now are listed below.",
            feeds=declared.feeds,
        )
    else:
        html = notices.error_page(
            declared.publisher,
            heading="Something went wrong",
            text="This page cannot be shown just now. Please try again in a moment.",
            feeds=declared.feeds,
        )
    headers = {**PAGE_HEADERS, "Cache-Control": "no-store", **failed.headers}
    return web.Response(text=html, status=failed.status, content_type="text/html", charset="utf-8", headers=headers)
