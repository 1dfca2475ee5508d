"""What a partner got in a month: stories, pictures by credit, corrections and retractions; for invoices and lawyers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from syndicate.actions.office import Office
from syndicate.errors import InvalidQueryError, PartnerNotFoundError, Violation
from syndicate.model.article import Article, Image
from syndicate.model.declarations import Declarations, PartnerDeclaration
from syndicate.model.delivery import EventType, Evidence
from syndicate.model.views import polls
from syndicate.policy.months import Period, month
from syndicate.policy.rights import NotAllowed, shape_for_partner
from syndicate.store import articles, handed_over
from syndicate.store.handed_over import HandedOver
from syndicate.store.tx import Tx

# Offered in the partner's own feed, and replaced there before we knew that it was fetched.
OFFERED = "offered"
# The delivery is forgotten; the copy tells that the partner has this revision, and not what it was called.
HELD = "held"


@dataclass(frozen=True)
class Line:
    """One revision, or a withdrawal, as it reached the partner.

    `kind`: published, updated, corrected, retracted or held; `known_by`: acknowledged, fetched, verified, confirmed or
    offered; `took` is from the newsroom's act to that, None where the act is not known.
    """

    article_id: str
    title: str
    url: str | None
    revision: int
    kind: str
    cause: str | None
    at: datetime
    known_by: str
    took: timedelta | None


@dataclass(frozen=True)
class Report:
    """`pictures` counts each picture of each story once, by its credit as printed."""

    partner: str
    month: str
    period: Period
    lines: tuple[Line, ...]
    pictures: Mapping[str, int]

    @property
    def stories(self) -> int:
        """How many stories it got, however many revisions of each."""
        return len({line.article_id for line in self.lines if line.kind != "retracted"})

    def of_kind(self, kind: str) -> Sequence[Line]:
        return [line for line in self.lines if line.kind == kind]


async def report(office: Office, partner: str, month_text: str) -> Report:
    """Report what a partner got in a month of its own zone. Raises PartnerNotFoundError, InvalidQueryError."""
    return await office.store.read(_report, partner, month_text)


def _report(tx: Tx, name: str, month_text: str) -> Report:
    partner = tx.declarations.partner(name)
    if partner is None:
        raise PartnerNotFoundError(name)
    try:
        period = month(month_text, partner.timezone)
    except ValueError as error:
        raise InvalidQueryError("the month cannot be read", [Violation("month", str(error))]) from error
    time = {"start": period.start, "end": period.end}
    found = [*handed_over.delivered(tx, name, **time), *handed_over.left_over(tx, name, **time)]
    found.sort(key=lambda each: (each.at, each.article_id, each.revision))
    stories = {id(each): None if each.record is None else articles.load(each.record) for each in found}
    lines = tuple(_line(each, stories[id(each)], partner) for each in found)
    brought = [(each, story) for each in found if _brings(each) and (story := stories[id(each)]) is not None]
    return Report(name, month_text, period, lines, _credits(brought, partner, tx.declarations))


def _brings(each: HandedOver) -> bool:
    return each.type is not EventType.RETRACTED


def _line(each: HandedOver, story: Article | None, partner: PartnerDeclaration) -> Line:
    by_delivery = OFFERED if polls(partner) else Evidence.ACKNOWLEDGED.value
    return Line(
        article_id=each.article_id,
        title="" if story is None else story.title,
        url=each.url,
        revision=each.revision,
        kind=HELD if each.type is None else each.type.value.removeprefix("article."),
        cause=each.cause,
        at=each.at,
        known_by=by_delivery if each.evidence is None else each.evidence.value,
        took=None if each.happened_at is None else max(each.at - each.happened_at, timedelta(0)),
    )


def _credits(
    brought: Iterable[tuple[HandedOver, Article]], partner: PartnerDeclaration, declared: Declarations
) -> dict[str, int]:
    pictures = {
        (each.article_id, image.url): image.credit or ""
        for each, story in brought
        for image in _pictures(story, partner, declared, at=each.at)
    }
    return dict(sorted(Counter(pictures.values()).items(), key=lambda pair: (-pair[1], pair[0])))


def _pictures(story: Article, partner: PartnerDeclaration, declared: Declarations, *, at: datetime) -> Sequence[Image]:
    """Return the pictures that went along, by the profile and the rights as they are declared today."""
    shaped = shape_for_partner(story, partner, declared.rights, now=at)
    return () if isinstance(shaped, NotAllowed) else shaped.images
