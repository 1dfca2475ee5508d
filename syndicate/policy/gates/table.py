"""Every dialect's gate, and what is asked of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from syndicate.model.article import Article
from syndicate.model.declarations import Dialect, FeedDeclaration, Publisher
from syndicate.model.finding import Finding
from syndicate.policy.gates import flipboard, msn, smartnews, standard
from syndicate.policy.gates.contract import Limits, refused

GATES: Mapping[Dialect, Limits] = {
    "standard": standard.LIMITS,
    "msn": msn.LIMITS,
    "flipboard": flipboard.LIMITS,
    "smartnews": smartnews.LIMITS,
}


def judge(article: Article, dialect: Dialect, *, language: str | None, now: datetime) -> tuple[Finding, ...]:
    """Hold an article against the limits of a dialect; `language` is that of the feed, where it is known."""
    return (*_judge_age(article, dialect, now=now), *GATES[dialect].judge(article, language))


def judge_feed(feed: FeedDeclaration) -> tuple[Finding, ...]:
    """Hold a feed's own declaration against the limits of its dialect."""
    return GATES[feed.dialect].judge_feed(feed)


def refusal_for(
    article: Article, dialect: Dialect, feed: FeedDeclaration, *, publisher: Publisher, now: datetime
) -> str | None:
    """Return in one line why a dialect takes an article into no feed, or None where it does."""
    return refusal_of(judge(article, dialect, language=language_of(feed, publisher), now=now))


def refusal_of(findings: Iterable[Finding]) -> str | None:
    """Return in one line what refuses, or None where nothing does."""
    return "; ".join(f"{each.path} {each.reason}" for each in findings if each.refuses) or None


def leaves_at(article: Article, dialect: Dialect) -> datetime | None:
    """Return when an article becomes too old for a dialect."""
    limit = GATES[dialect].max_age
    return None if limit is None or article.published_at is None else article.published_at + limit


def most_items(feed: FeedDeclaration) -> int:
    """Return how many articles a feed shows: what is declared, within what its partner reads."""
    limit = GATES[feed.dialect].max_items
    return feed.items if limit is None else min(feed.items, limit)


def language_of(feed: FeedDeclaration, publisher: Publisher) -> str:
    return feed.language or publisher.language


def _judge_age(article: Article, dialect: Dialect, *, now: datetime) -> tuple[Finding, ...]:
    until, limit = leaves_at(article, dialect), GATES[dialect].max_age
    if until is None or limit is None or now < until:
        return ()
    reason = f"is older than {limit.days} days, which the partner does not take"
    return (refused("too_old", "published_at", reason),)
