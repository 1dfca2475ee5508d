"""Pages that stand where a story is not: withdrawn, never there, or not to be had now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from syndicate.model.declarations import FeedDeclaration, Publisher
from syndicate.web.pages.environment import fill
from syndicate.web.pages.moments import Moment, clock_and_date
from syndicate.web.pages.site import site


def gone_page(
    publisher: Publisher,
    *,
    title: str | None,
    gone_at: datetime,
    note: str | None,
    feeds: Sequence[FeedDeclaration] = (),
    skin: str | None = None,
) -> str:
    """Compose the page of a withdrawn article (status 410): when, and the public note, the only text that leaves.

    `title` is None where the article was erased: nothing of it may be shown.
    """
    return _notice(
        publisher,
        feeds,
        skin,
        heading="This article has been withdrawn",
        title=title,
        at=clock_and_date(gone_at, ZoneInfo(publisher.timezone)),
        text=note or "It is no longer published here.",
    )


def not_found_page(publisher: Publisher, *, feeds: Sequence[FeedDeclaration] = (), skin: str | None = None) -> str:
    """Compose the page for an address where nothing ever was (status 404)."""
    text = "There is nothing at this address. It may have been mistyped, or the link that led here may be wrong."
    return _notice(publisher, feeds, skin, heading="Page not found", text=text)


def error_page(
    publisher: Publisher,
    *,
    heading: str,
    text: str,
    feeds: Sequence[FeedDeclaration] = (),
    skin: str | None = None,
) -> str:
    """Compose the page of any other failure, in words for readers."""
    return _notice(publisher, feeds, skin, heading=heading, text=text)


def _notice(
    publisher: Publisher,
    feeds: Sequence[FeedDeclaration],
    skin: str | None,
    *,
    heading: str,
    text: str,
    title: str | None = None,
    at: Moment | None = None,
) -> str:
    return fill(
        "notice.html",
        site=site(publisher, feeds, skin),
        heading=heading,
        title=title,
        at=at,
        paragraphs=text.split("\n"),
    )
