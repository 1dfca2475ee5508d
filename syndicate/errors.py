"""Every error raised on purpose, as one tree: each knows its stable code and what to change."""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence
from dataclasses import dataclass


class SyndicateError(Exception):
    """Something a caller or an operator can mend.

    `code` is stable and part of the API; `remedy` says what to change.
    Mapped to HTTP in `web.problems` and to exit statuses in `cli.exits`.
    """

    code = "failed"
    remedy = ""

    def __init__(self, message: str, *, remedy: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        if remedy is not None:
            self.remedy = remedy


@dataclass(frozen=True)
class Violation:
    """One value that breaks a rule: `path` of the key (`images.0.url`) and the reason."""

    path: str
    reason: str

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}" if self.path else self.reason


class InvalidError(SyndicateError):
    """Input that breaks a rule; nothing of it was kept."""

    code = "invalid"
    remedy = "Correct the named keys and send it again."

    def __init__(self, message: str, violations: Sequence[Violation] = (), *, remedy: str | None = None) -> None:
        super().__init__(message, remedy=remedy)
        self.violations = tuple(violations)


class InvalidRecordError(InvalidError):
    code = "invalid_record"


class InvalidJSONError(InvalidError):
    code = "invalid_json"
    remedy = "Send one JSON object, UTF-8, without repeated keys."


class InvalidQueryError(InvalidError):
    code = "invalid_query"
    remedy = "Correct the named query parameters."


class UnreadableDocumentError(InvalidError):
    """A feed or file that cannot be read at all."""

    code = "unreadable_document"
    remedy = "Check that the address or file is RSS, Atom, JSON Feed or article records."


class ConfigurationError(InvalidError):
    """The configuration or a feed file is wrong; the one that runs stays."""

    code = "invalid_configuration"
    remedy = "Correct the named keys; `syndicate check` lists every problem."


class UnwritableError(SyndicateError):
    """One article cannot be written as a partner wants it; the same article would fail again."""

    code = "unwritable"
    remedy = "Mend the partner's template, or the article, and retry the delivery."


class NotFoundError(SyndicateError):
    code = "not_found"
    remedy = "Check the name; the listing shows which there are."

    def __init__(self, what: str, name: str, *, remedy: str | None = None) -> None:
        super().__init__(f"no {what} {name!r}", remedy=remedy)


class ArticleNotFoundError(NotFoundError):
    code = "article_not_found"

    def __init__(self, name: str, *, remedy: str | None = None) -> None:
        super().__init__("article", name, remedy=remedy)


class FeedNotFoundError(NotFoundError):
    code = "feed_not_found"

    def __init__(self, slug: str) -> None:
        super().__init__("feed", slug)


class ArchiveNotFoundError(NotFoundError):
    code = "archive_not_found"

    def __init__(self, name: str) -> None:
        remedy = "Follow prev-archive, or next_url, from the feed itself: it leads to every archive there is."
        super().__init__("archive", name, remedy=remedy)


class FeedGoneError(SyndicateError):
    """A feed that was there and is declared no more."""

    code = "feed_gone"
    remedy = "Remove the subscription; /feeds lists the feeds there are."

    def __init__(self, slug: str) -> None:
        super().__init__(f"the feed {slug!r} is no longer published")


class PartnerNotFoundError(NotFoundError):
    code = "partner_not_found"

    def __init__(self, name: str) -> None:
        super().__init__("partner", name)


class UpstreamNotFoundError(NotFoundError):
    code = "upstream_not_found"

    def __init__(self, name: str) -> None:
        super().__init__("upstream", name)


class DeliveryNotFoundError(NotFoundError):
    code = "delivery_not_found"

    def __init__(self, delivery_id: str) -> None:
        super().__init__("delivery", delivery_id)


class ConflictError(SyndicateError):
    """The request is fine but what is stored forbids it."""

    code = "conflict"


class ArticleExistsError(ConflictError):
    code = "article_exists"
    remedy = "Replace it with PUT."


class ArticleRetractedError(ConflictError):
    code = "article_retracted"
    remedy = "Restore the article first, then change it."


class NotRetractedError(ConflictError):
    code = "not_retracted"
    remedy = "Only a retracted article can be restored or erased."


class NotHeldError(ConflictError):
    code = "not_held"
    remedy = "Only a held article can be released by hand."


class AlreadyReleasedError(ConflictError):
    """An embargo was put on an article that readers already have."""

    code = "already_released"
    remedy = "Leave embargo_until out, or retract the article."


class ForeignArticleError(ConflictError):
    """An upstream tried to change an article that is not its own."""

    code = "foreign_article"
    remedy = "The id belongs to another source; give the story its own id."


class RevisionMismatchError(ConflictError):
    code = "revision_mismatch"
    remedy = "Read the article again and repeat the change with its new ETag."


class IdempotencyMismatchError(ConflictError):
    code = "idempotency_key_reused"
    remedy = "Use a new Idempotency-Key for a different request."


class UnauthenticatedError(SyndicateError):
    code = "unauthenticated"
    remedy = "Send Authorization: Bearer TOKEN; `syndicate tokens create` makes one."


class ForbiddenError(SyndicateError):
    code = "forbidden"
    remedy = "Use a token with the scope the message names."


class PartnerPausedError(ForbiddenError):
    """A partner that polls is paused, as one that is sent to would be sent nothing."""

    code = "partner_paused"
    remedy = "Ask the publisher; nothing is lost meanwhile."

    def __init__(self, state: str) -> None:
        super().__init__(f"this partner is {state}: it gets nothing for the time being")


class BadSignatureError(SyndicateError):
    code = "bad_signature"
    remedy = "Sign id.timestamp.body with the shared secret (Standard Webhooks); check both clocks."


class TooLargeError(SyndicateError):
    code = "too_large"
    remedy = "Send less; the limit is in the message and in [limits]."


class SlowRequestError(SyndicateError):
    code = "request_timeout"
    remedy = "Send the whole body without pausing."


class UnsupportedMediaError(SyndicateError):
    code = "unsupported_media"
    remedy = "Send a JPEG, PNG, WebP, GIF or AVIF picture."


class TooManyRequestsError(SyndicateError):
    code = "too_many_requests"
    remedy = "Wait as long as Retry-After says."

    def __init__(self, message: str, *, retry_after_seconds: int) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class CursorUnknownError(SyndicateError):
    code = "cursor_unknown"
    remedy = "Start again with after=start."


class StoreError(SyndicateError):
    """The store cannot do it now; nothing was changed."""

    code = "store_unavailable"
    remedy = "Look at the service's log; repeat the request."


class LeaseLostError(SyndicateError):
    """Another process has the delivery by now; what this one still does with it would be done twice."""

    code = "lease_lost"


class StoreBusyError(StoreError):
    """Another process holds the store."""

    code = "store_busy"
    remedy = "Stop the other process, or let the command go through it."


class BlockedAddressError(SyndicateError):
    """An outgoing call would have reached an address it must not."""

    code = "blocked_address"
    remedy = "Use a public address, or allow its range in [network] allow_private."


class UnreachableError(SyndicateError):
    """An outgoing call failed before an answer; the message names the class of failure only."""

    code = "unreachable"
    remedy = "Check the address and that its server runs."


class PortTakenError(SyndicateError):
    """The web server cannot listen where it should."""

    code = "port_taken"

    def __init__(self, host: str, port: int, cause: OSError) -> None:
        if cause.errno == errno.EADDRINUSE:
            super().__init__(f"port {port} of {host} is in use", remedy="Name another with --port, or [server] port.")
        else:
            why = os.strerror(cause.errno) if cause.errno else "no such address"
            super().__init__(f"cannot listen at {host} port {port}: {why}", remedy="Change --host or --port.")
