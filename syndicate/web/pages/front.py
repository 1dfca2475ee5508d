"""The front page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from syndicate.model.declarations import FeedDeclaration, Publisher
from syndicate.model.entry import Entry
from syndicate.web.pages.cards import Card, ContentMode, card, cards
from syndicate.web.pages.environment import fill
from syndicate.web.pages.moments import full_date
from syndicate.web.pages.site import site


def front_page(
    publisher: Publisher,
    *,
    now: datetime,
    lead: Entry | None,
    latest: Sequence[Entry],
    sections: Sequence[tuple[str, Sequence[Entry]]],
    feeds: Sequence[FeedDeclaration],
    skin: str | None = None,
    content_mode: ContentMode = "full",
) -> str:
    """Compose the front page: masthead with the day, lead story, the latest, and a column for each section.

    The lead story is shown once, though `latest` or a section may hold it too; a section without others is left out.
    """

    def others(entries: Sequence[Entry]) -> list[Card]:
        rest = [entry for entry in entries if lead is None or entry.id != lead.id]
        return cards(rest, publisher, now=now, content_mode=content_mode)

    columns = [(title, others(entries)) for title, entries in sections]
    return fill(
        "front.html",
        site=site(publisher, feeds, skin),
        today=full_date(now, ZoneInfo(publisher.timezone)),
        lead=card(lead, publisher, now=now, content_mode=content_mode) if lead else None,
        latest=others(latest),
        sections=[column for column in columns if column[1]],
    )
