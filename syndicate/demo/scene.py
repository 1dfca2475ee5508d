"""What the stage shows of one story at one moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo

from syndicate.actions.listings import Trace, list_articles, show_partner, trace
from syndicate.actions.office import Office
from syndicate.demo.acts import PARTNER
from syndicate.demo.plug import Plug
from syndicate.errors import ArticleNotFoundError
from syndicate.model.article import Audience, Status
from syndicate.model.declarations import Publisher
from syndicate.model.delivery import Copy, Delivery, DeliveryState, EventType, Holding
from syndicate.model.instants import rfc3339
from syndicate.model.stored import StoredArticle

CHOICES = 40


@dataclass(frozen=True)
class Frame:
    """A page to show; its address changes with what it shows, so that no cache stands in between."""

    src: str
    href: str


@dataclass(frozen=True)
class Scene:
    """Everything live. `line` is None while nothing was ever published."""

    line: Trace | None
    choices: Sequence[StoredArticle]
    plugged: bool
    health: str
    harbour: Frame
    meridian: Frame
    caption: str
    zone: tzinfo

    @property
    def slug(self) -> str:
        return self.line.stored.slug if self.line else ""

    @property
    def may_correct(self) -> bool:
        return self.line is not None and self.line.stored.status is Status.PUBLISHED

    @property
    def may_restore(self) -> bool:
        return self.line is not None and self.line.stored.status is Status.RETRACTED

    def clock(self, instant: datetime) -> str:
        """Write a time of day to the second, in the publisher's zone."""
        return f"{instant.astimezone(self.zone):%H:%M:%S}"

    def program(self, instant: datetime) -> str:
        return rfc3339(instant)


async def scene(office: Office, plug: Plug, slug: str, *, papers: tuple[Publisher, Publisher]) -> Scene:
    """Read the scene of a story, the one published last where `slug` names none."""
    choices = await _choices(office)
    line = await _line(office, slug or _newest(choices))
    state = await show_partner(office, PARTNER)
    copy = line.copies[0] if line and line.copies else None
    return Scene(
        line=line,
        choices=choices,
        plugged=plug.is_in,
        health=state.health.state,
        harbour=_harbour(papers[0].root, line),
        meridian=_meridian(papers[1].root, copy),
        caption=_caption(line, copy, papers[1].title, plugged=plug.is_in),
        zone=ZoneInfo(papers[0].timezone),
    )


async def _choices(office: Office) -> list[StoredArticle]:
    """List the stories that readers can see or could see, the newest first."""
    found = await list_articles(office, status=None, before=None, limit=CHOICES)
    public = [each for each in found if each.article is not None and each.article.audience is Audience.PUBLIC]
    return sorted(public, key=lambda each: each.published_at, reverse=True)


def _newest(choices: Sequence[StoredArticle]) -> str:
    return choices[0].slug if choices else ""


async def _line(office: Office, slug: str) -> Trace | None:
    try:
        return await trace(office, slug) if slug else None
    except ArticleNotFoundError:
        return None


def _harbour(root: str, line: Trace | None) -> Frame:
    if line is None:
        return Frame(f"{root}/", f"{root}/")
    href = f"{root}/articles/{line.stored.slug}"
    return Frame(f"{href}?stage={line.stored.seq}", href)


def _meridian(root: str, copy: Copy | None) -> Frame:
    if copy is None or copy.url is None:
        return Frame(f"{root}/", f"{root}/")
    return Frame(f"{copy.url}?stage={copy.seq}-{copy.holding}", copy.url)


_NAMES = {EventType.CORRECTED: "The correction", EventType.RETRACTED: "The retraction", EventType.UPDATED: "The update"}


def _caption(line: Trace | None, copy: Copy | None, partner: str, *, plugged: bool) -> str:
    """Say in a sentence how things stand."""
    if line is None:
        return "Publish a story, and watch where it goes."
    open_ones = [each for each in line.deliveries if each.state in (DeliveryState.WAITING, DeliveryState.SENDING)]
    if open_ones:
        return _under_way(open_ones[-1], partner, plugged=plugged)
    if copy is None:
        return "No copy of this story has left the house."
    return _settled(line.stored, copy, partner)


def _under_way(delivery: Delivery, partner: str, *, plugged: bool) -> str:
    what = _NAMES.get(delivery.type, "The story")
    if plugged:
        return f"{what} is on its way to {partner}."
    return f"{what} cannot reach {partner}. It is kept, and tried again until it arrives."


def _settled(stored: StoredArticle, copy: Copy, partner: str) -> str:
    if copy.holding is Holding.WITHDRAWN:
        return "Withdrawn everywhere: both papers answer 410, and no copy is left."
    if copy.holding is Holding.HELD and copy.revision == stored.revision:
        return f"Both papers show revision {stored.revision}."
    return f"{partner} holds revision {copy.revision}; the newest is {stored.revision}."
