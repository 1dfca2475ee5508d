"""Errors as answers: the one place where our errors become HTTP statuses (RFC 9457)."""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable

from aiohttp import web

from syndicate import errors

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
    (errors.TooLargeError, 413),
    (errors.UnsupportedMediaError, 415),
    (errors.TooManyRequestsError, 429),
    (errors.CursorUnknownError, 410),
    (errors.StoreError, 503),
    (errors.UnreachableError, 502),
    (errors.BlockedAddressError, 422),
    (errors.SyndicateError, 500),
)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def status_of(error: errors.SyndicateError) -> int:
    return next(status for kind, status in STATUSES if isinstance(error, kind))


def problem(error: errors.SyndicateError) -> web.Response:
    """Answer with a problem document: `code` is stable, `detail` says what is wrong, `remedy` what to change."""
    status = status_of(error)
    document: dict[str, object] = {
        "type": "about:blank",
        "title": error.code.replace("_", " ").capitalize(),
        "status": status,
        "code": error.code,
        "detail": error.message,
        "remedy": error.remedy,
    }
    if isinstance(error, errors.InvalidError) and error.violations:
        document["violations"] = [{"path": each.path, "reason": each.reason} for each in error.violations]
    headers = {"Cache-Control": "no-store"}
    if isinstance(error, errors.TooManyRequestsError):
        headers["Retry-After"] = str(error.retry_after_seconds)
    if isinstance(error, errors.StoreError):
        headers["Retry-After"] = "5"
    if status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="syndicate"'
    return web.Response(
        status=status,
        body=json.dumps(document, ensure_ascii=False).encode(),
        headers=headers,
        content_type="application/problem+json",
    )


def _http_problem(error: web.HTTPException) -> web.Response:
    code = {404: "not_found", 405: "method_not_allowed", 413: "too_large"}.get(error.status, f"http_{error.status}")
    document = {"type": "about:blank", "title": error.reason, "status": error.status, "code": code}
    response = web.json_response(document, status=error.status, content_type="application/problem+json")
    if "Allow" in error.headers:
        response.headers["Allow"] = error.headers["Allow"]
    return response


def _crash() -> web.Response:
    document = {"type": "about:blank", "title": "Internal error", "status": 500, "code": "internal_error"}
    return web.json_response(document, status=500, content_type="application/problem+json")


@web.middleware
async def problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn errors of the API and of machines' addresses into problem documents."""
    try:
        return await handler(request)
    except errors.SyndicateError as error:
        return problem(error)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        return _http_problem(error)
    except Exception:  # the boundary of a request: a bug must cost this request only
        logger.exception("request.crashed", extra={"method": request.method, "path": request.path})
        return _crash()
