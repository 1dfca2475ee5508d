"""Which of the feeds that select an article take it, by the limits of their dialects."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from syndicate.actions.routes import FeedRoute, routes_of
from syndicate.model.article import Article
from syndicate.model.declarations import FeedDeclaration, Publisher
from syndicate.model.finding import Finding
from syndicate.model.stored import StoredArticle
from syndicate.policy.gates.table import judge, language_of
from syndicate.policy.rights import with_rights_at
from syndicate.render.dialects.table import repairs_of
from syndicate.store import findings
from syndicate.store.tx import Tx


def examine(article: Article, feed: FeedDeclaration, publisher: Publisher, *, now: datetime) -> tuple[Finding, ...]:
    """Return what a feed's dialect refuses of an article, and what it repairs."""
    covered = with_rights_at(article, now)
    found = judge(covered, feed.dialect, language=language_of(feed, publisher), now=now)
    return (*found, *repairs_of(covered, feed.dialect))


def is_refused(found: tuple[Finding, ...]) -> bool:
    return any(each.refuses for each in found)


def admitted(
    tx: Tx, stored: StoredArticle, matching: Mapping[str, FeedRoute], *, now: datetime
) -> Mapping[str, FeedRoute]:
    """Return of the feeds that select an article those that take it, and note what was found in its way."""
    gated = [route.feed.slug for route in routes_of(tx.generation).feeds if route.feed.dialect != "standard"]
    if not gated:
        return matching
    assert stored.article is not None or not matching
    found = {
        slug: examine(stored.article, route.feed, tx.declarations.publisher, now=now)
        for slug, route in matching.items()
        if stored.article is not None and slug in gated
    }
    findings.forget(tx, [{"the_feed": slug, "key": stored.key} for slug in gated])
    rows = [findings.row(slug, stored.key, stored.id, each, at=now) for slug, each in found.items() if each]
    findings.add(tx, rows)
    return {slug: route for slug, route in matching.items() if not is_refused(found.get(slug, ()))}
