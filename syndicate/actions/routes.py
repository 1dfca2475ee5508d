"""Selections and schedules of one generation, compiled once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from weakref import WeakKeyDictionary

from syndicate.model.article import Article
from syndicate.model.declarations import Declarations, FeedDeclaration, PartnerDeclaration
from syndicate.model.views import polls
from syndicate.policy.gates.table import leaves_at
from syndicate.policy.schedule import Schedule, due_at, parse_schedule
from syndicate.policy.selection import Facts, Matcher
from syndicate.store.tx import Generation


@dataclass(frozen=True)
class FeedRoute:
    feed: FeedDeclaration
    matcher: Matcher

    def leaves_at(self, article: Article) -> datetime | None:
        """Return when an article becomes too old: for the selection, or for whom the dialect is meant."""
        ends = (self.matcher.leaves_at(article), leaves_at(article, self.feed.dialect))
        return min((end for end in ends if end is not None), default=None)

    def is_only_too_old(self, seen: Facts, *, now: datetime) -> bool:
        """Say whether an article that grew too old is one that is wanted at any age."""
        leaves_at = self.leaves_at(seen.article)
        return leaves_at is not None and leaves_at <= now and self.matcher.wants(seen)


@dataclass(frozen=True)
class PartnerRoute:
    partner: PartnerDeclaration
    matcher: Matcher
    keeps: Matcher
    """The same selection without its age limit: a copy is not withdrawn because its story grew old."""
    schedule: Schedule

    def not_before(self, *, released_at: datetime, now: datetime) -> datetime:
        """Return when something that waits for no schedule may go: exclusivity holds for it, too."""
        return max(now, released_at + self.partner.delay)

    def due(self, *, released_at: datetime, now: datetime) -> datetime:
        """Return when a change goes out: on the schedule, not before release plus delay."""
        return due_at(self.schedule, ready_at=released_at + self.partner.delay, now=now)


@dataclass(frozen=True)
class Routes:
    feeds: tuple[FeedRoute, ...]
    partners: tuple[PartnerRoute, ...]

    @property
    def polled(self) -> bool:
        """Tell whether any partner fetches its own feed."""
        return any(polls(route.partner) for route in self.partners)

    def feed(self, slug: str) -> FeedRoute | None:
        return next((route for route in self.feeds if route.feed.slug == slug), None)

    def partner(self, name: str) -> PartnerRoute | None:
        return next((route for route in self.partners if route.partner.name == name), None)


_compiled: WeakKeyDictionary[Generation, Routes] = WeakKeyDictionary()


def routes_of(generation: Generation) -> Routes:
    """Return the compiled routes of a generation."""
    if (routes := _compiled.get(generation)) is None:
        routes = _compiled[generation] = compile_routes(generation.declarations)
    return routes


def compile_routes(declarations: Declarations) -> Routes:
    return Routes(
        feeds=tuple(FeedRoute(feed, Matcher(feed.select)) for feed in declarations.feeds),
        partners=tuple(_partner_route(partner) for partner in declarations.partners),
    )


def _partner_route(partner: PartnerDeclaration) -> PartnerRoute:
    ageless = partner.select.model_copy(update={"max_age": None})
    schedule = parse_schedule(partner.schedule, partner.timezone)
    return PartnerRoute(partner, Matcher(partner.select), Matcher(ageless), schedule)
