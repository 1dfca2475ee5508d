"""Looks into the past: what each change of an article meant for a view, by today's selection and dialect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from syndicate.actions.judging import examine, is_refused
from syndicate.actions.moments import Moment, moment_of
from syndicate.actions.routes import FeedRoute, routes_of
from syndicate.errors import FeedNotFoundError
from syndicate.model.article import Article, Audience
from syndicate.model.declarations import Declarations
from syndicate.model.views import View, view_of
from syndicate.policy.selection import facts
from syndicate.policy.spells import Spell, Step, spell_of
from syndicate.store import articles
from syndicate.store.past import Then
from syndicate.store.tx import Tx


@dataclass(frozen=True)
class Look:
    """What is looked for: a view, the selection that fills it, and when."""

    view: View
    route: FeedRoute
    declarations: Declarations
    moment: Moment

    def step(self, then: Then, article: Article | None) -> Step:
        """Tell what a change of an article meant for the view."""
        if article is None or not then.visible or article.audience is not Audience.PUBLIC:
            return Step(then.seq, then.at, belongs=False, updated_at=then.at, withdrawn=not then.visible)
        assert article.updated_at is not None
        seen = facts(article, publisher_name=self.declarations.publisher.title)
        belongs = self.route.matcher.matches_facts(seen, now=then.at) and self._is_admitted(article, now=then.at)
        too_old = not belongs and self.route.is_only_too_old(seen, now=then.at)
        leaves_at = self.route.leaves_at(article)
        return Step(then.seq, then.at, belongs, article.updated_at, too_old=too_old, leaves_at=leaves_at)

    def shows(self, then: Then, article: Article) -> bool:
        """Tell whether the view shows an article that stood like this."""
        spell = spell_of([self.step(then, article)], now=self.moment.at)
        return spell is not None and spell.member

    def spell(self, rows: Sequence[Then]) -> Spell | None:
        """Follow an article through all that happened to it until then."""
        steps = (self.step(then, None if then.record is None else articles.load(then.record)) for then in rows)
        return spell_of(steps, now=self.moment.at)

    def _is_admitted(self, article: Article, *, now: datetime) -> bool:
        feed = self.view.feed
        if feed.dialect == "standard":
            return True
        return not is_refused(examine(article, feed, self.declarations.publisher, now=now))


def look_of(tx: Tx, key: str, at: datetime, *, now: datetime, name: str) -> Look:
    """Make a look at a view. Raises FeedNotFoundError, InvalidQueryError."""
    view = view_of(tx.declarations, key)
    route = routes_of(tx.generation).feed(key)
    if view is None or route is None:
        raise FeedNotFoundError(key)
    return Look(view, route, tx.declarations, moment_of(tx, at, now=now, name=name))
